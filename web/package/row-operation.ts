import { axisOf, readRows } from "./axes.js";
import type { Body, Call } from "./engine.js";
import { readOperand, readOut, type Operand } from "./operand.js";
import { peek, readOptions, unread, type Reader } from "./options.js";
import { sweepRows } from "./row-sweep.js";
import type { Shape } from "./shape.js";
import { requireShape } from "./tensor.js";

/** A shape without one of its axes, the last by default; all of it if `axis` is none of them. */
export const without = (shape: Shape, axis: unknown = -1): number[] =>
  shape.filter((_, each) => each !== axis && each - shape.length !== axis);

/** Checks a tensor with one entry per row of x; where the options name no axis of x, that is refused when its turn comes. */
export function readPerRow(call: Call, argument: string, value: unknown, x: Shape, options: unknown): Operand {
  const operand = readOperand(call, argument, value);
  const expected = without(x, peek(options, "axis"));
  if (expected.length < x.length) {
    requireShape(call.operation, argument, operand.shape, expected, "like x without its axis");
  }
  return operand;
}

/** Checks the gradient of a result of x's shape. */
export function readGradient(call: Call, value: unknown, shape: Shape): Operand {
  const operand = readOperand(call, "dOutput", value);
  requireShape(call.operation, "dOutput", operand.shape, shape, "like the result");
  return operand;
}

/** An operation on the rows of one tensor, whose kernel takes two numbers. */
export interface RowOperation {
  argument: "p" | "x";
  kernel: "entmax" | "entropy" | "powerTransform" | "softmax";
  /** The result is one number per row. */
  reduces?: boolean;
  /** The first number, where it is not the option `input`. */
  kind?: number;
  /** Of the options that are the kernel's numbers; the second is `exponent` or `temperature`. */
  readers: Readonly<Partial<Record<"exponent" | "input" | "temperature", Reader<number>>>>;
}

/** The options, and the shape of the result. */
function read<More extends Readonly<Record<string, Reader<unknown>>>>(
  call: Call,
  { reduces, kind, readers }: RowOperation,
  operand: Operand,
  options: unknown,
  more: More,
) {
  const { exponent: first } = readers;
  const table = { ...(first && { exponent: first }), axis: axisOf(operand), ...readers, ...more };
  const given = readOptions(call.operation, options, table);
  const { axis, input = 0, exponent = 0, temperature = exponent } = given as Partial<Record<string, number>>;
  const axes = [axis ?? 0];
  const result = reduces ? { shape: without(operand.shape, axis ?? 0), length: 1 } : { shape: operand.shape };
  return { axes, numbers: [kind ?? input, temperature] as const, result, given };
}

export const forward =
  (description: RowOperation): Body =>
  (call, value, options) => {
    const operand = readRows(call, description.argument, value);
    const { axes, numbers, result, given } = read(call, description, operand, options, { out: unread });
    const plan = readOut(call, given.out, result.shape, [{ operand }]);
    const work = { sources: [{ operand }], sinks: [{ ...result, plan }] } as const;
    return () =>
      sweepRows(call, axes, work, ([x], [to], { count, length }) => {
        call.engine.kernels[description.kernel](x, to, count, length, ...numbers);
      })[0];
  };

export const backward =
  (description: RowOperation): Body =>
  (call, value, dOutput, options) => {
    const { argument, kernel, readers, reduces } = description;
    const operand = readRows(call, argument, value);
    const { shape } = operand;
    const gradient = reduces
      ? readPerRow(call, "dOutput", dOutput, shape, options)
      : readGradient(call, dOutput, shape);
    const { axes, numbers, result } = read(call, description, operand, options, {});
    const work = {
      sources: [{ operand }, { ...result, operand: gradient }],
      sinks: [{ plan: { shape } }],
      scratch: (length: number) => 4 * length,
    } as const;
    return () => {
      let dexponent = 0;
      const [dx] = sweepRows(call, axes, work, ([x, g], [to], { count, length, scratch }) => {
        dexponent += call.engine.kernels[`${kernel}Backward`](x, g, to, count, length, ...numbers, scratch);
      });
      return { [`d${argument}`]: dx, ...(readers.exponent && { dexponent }) };
    };
  };
