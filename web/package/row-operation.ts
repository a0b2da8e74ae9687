import { axisOf, readRows } from "./axes.js";
import type { Body, Call } from "./engine.js";
import { readOperand, readOut, type Operand } from "./operand.js";
import { readOptions, unread, type Reader } from "./options.js";
import { sweepRows } from "./row-sweep.js";
import type { Shape } from "./shape.js";
import { requireShape } from "./tensor.js";

/** A shape without one of its axes. */
export const without = (shape: Shape, axis: number): number[] => shape.filter((_, each) => each !== axis);

/** Checks the gradient of a result. */
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

/** The rows, the options, and the shape of the result. */
function read<More extends Readonly<Record<string, Reader<unknown>>>>(
  call: Call,
  { argument, reduces, kind, readers }: RowOperation,
  value: unknown,
  options: unknown,
  more: More,
) {
  const operand = readRows(call, argument, value);
  const given = readOptions(call.operation, options, { axis: axisOf(operand), ...readers, ...more });
  const { axis, input = 0, exponent = 0, temperature = exponent } = given as Partial<Record<string, number>>;
  const axes = [axis ?? 0];
  const result = reduces ? { shape: without(operand.shape, axis ?? 0), length: 1 } : { shape: operand.shape };
  return { operand, axes, numbers: [kind ?? input, temperature] as const, result, given };
}

export const forward =
  (description: RowOperation): Body =>
  (call, value, options) => {
    const { operand, axes, numbers, result, given } = read(call, description, value, options, { out: unread });
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
    const { argument, kernel, readers } = description;
    const { operand, axes, numbers, result } = read(call, description, value, options, {});
    const gradient = { ...result, operand: readGradient(call, dOutput, result.shape) };
    const work = {
      sources: [{ operand }, gradient],
      sinks: [{ plan: { shape: operand.shape } }],
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
