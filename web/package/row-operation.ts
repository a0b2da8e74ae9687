import { axisOf, readRows } from "./axes.js";
import type { Body, Call } from "./engine.js";
import { readOperand, readOut, readOuts, readShaped, type Operand } from "./operand.js";
import { readDOutput } from "./gradients.js";
import { peek, readOptions, unread, type Reader } from "./options.js";
import { sweepRows } from "./row-sweep.js";
import type { Shape } from "./shape.js";

/** A shape without one of its axes, the last by default; all of it if `axis` is none of them. */
export const without = (shape: Shape, axis: unknown = -1): number[] =>
  shape.filter((_, each) => each !== axis && each - shape.length !== axis);

/** Checks a tensor with one entry per row of x; where the options name no axis of x, that is refused when its turn comes. */
export function readPerRow(call: Call, argument: string, value: unknown, x: Shape, options: unknown): Operand {
  const expected = without(x, peek(options, "axis"));
  return expected.length < x.length
    ? readShaped(call, argument, value, () => expected, "like x without its axis")
    : readOperand(call, argument, value);
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
function read(call: Call, { reduces, kind, readers }: RowOperation, operand: Operand, options: unknown) {
  const { exponent: first } = readers;
  const table = { ...(first && { exponent: first }), axis: axisOf(operand), ...readers, out: unread };
  const given = readOptions(call.operation, options, table);
  const { axis, input = 0, exponent = 0, temperature = exponent } = given as Partial<Record<string, number>>;
  const axes = [axis ?? 0];
  const result = reduces ? { shape: without(operand.shape, axis ?? 0), length: 1 } : { shape: operand.shape };
  return { axes, numbers: [kind ?? input, temperature] as const, result, out: given.out };
}

const forward =
  (description: RowOperation): Body =>
  (call, value, options) => {
    const operand = readRows(call, description.argument, value);
    const { axes, numbers, result, out } = read(call, description, operand, options);
    const plan = readOut(call, out, result.shape, [{ operand }]);
    const work = { sources: [{ operand }], sinks: [{ ...result, plan }] } as const;
    return () =>
      sweepRows(call, axes, work, ([x], [to], { count, length }) => {
        call.engine.kernels[description.kernel](x, to, count, length, ...numbers);
      })[0];
  };

const backward =
  (description: RowOperation): Body =>
  (call, value, dOutput, options) => {
    const { argument, kernel, readers, reduces } = description;
    const operand = readRows(call, argument, value);
    const { shape } = operand;
    const gradient = reduces ? readPerRow(call, "dOutput", dOutput, shape, options) : readDOutput(call, dOutput, shape);
    const { axes, numbers, result, out } = read(call, description, operand, options);
    const sources = [{ operand }, { ...result, operand: gradient }] as const;
    const [plans, name] = readOuts(call, out, [[`d${argument}`, operand]], sources);
    const work = {
      sources,
      sinks: plans.map((plan) => plan && { plan }),
      scratch: (length: number) => 4 * length,
    } as const;
    return () => {
      let dexponent = 0;
      const results = sweepRows(call, axes, work, ([x, g], [to = 0], { count, length, scratch }) => {
        dexponent += call.engine.kernels[`${kernel}Backward`](x, g, to, count, length, ...numbers, scratch);
      });
      return { ...name(results), ...(readers.exponent && { dexponent }) };
    };
  };

/** The bodies of operations and of their gradients, from what tells the operations apart. */
export const bothWays = <Kind>(
  kinds: Readonly<Record<string, Kind>>,
  forward: (kind: Kind) => Body,
  backward: (kind: Kind) => Body,
): Readonly<Record<string, Body>> =>
  Object.fromEntries(
    Object.entries(kinds).flatMap(([name, kind]) => [
      [name, forward(kind)],
      [`${name}Backward`, backward(kind)],
    ]),
  );

/** Likewise for operations on the rows of one tensor. */
export const rowBodies = (kinds: Readonly<Record<string, RowOperation>>): Readonly<Record<string, Body>> =>
  bothWays(kinds, forward, backward);
