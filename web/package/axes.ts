import type { Call } from "./engine.js";
import { describe, refuse, refuseShape } from "./errors.js";
import { readOperand, type Operand } from "./operand.js";
import type { Reader } from "./options.js";
import { sizeOf, type Shape } from "./shape.js";

/** An axis of a tensor; negative ones count from the end. */
export type Axis = number;

/** One axis, or several that are taken together. */
export type Axes = number | readonly number[];

/**
 * Checks an argument whose rows will be worked on: a tensor with so many axes, or more (SHAPE).
 *
 * @internal
 */
export function readRows(call: Call, argument: string, value: unknown, leastRank = 1): Operand {
  const operand = readOperand(call, argument, value);
  const { shape } = operand;
  if (shape.length < leastRank) {
    refuseShape(call.operation, argument, shape, `a rank of ${String(leastRank)} or more`);
  }
  return operand;
}

/**
 * Reads an axis of a tensor, by default the last, as a whole number from 0 on: TYPE, RANGE.
 *
 * @internal
 */
export const axisOf =
  ({ shape }: { shape: Shape }): Reader<number> =>
  (operation, key, value = -1) => {
    const rank = shape.length;
    if (typeof value !== "number") refuse("TYPE", operation, key, describe(value), "an axis");
    if (!Number.isInteger(value) || value < -rank || value >= rank) {
      refuse("RANGE", operation, key, String(value), `a whole number from ${String(-rank)} to ${String(rank - 1)}`);
    }
    return value < 0 ? value + rank : value;
  };

/**
 * Reads one axis or a list of axes, ascending: TYPE, RANGE, and VALUE for a list that is empty or names an axis twice.
 *
 * @internal
 */
export const axesOf =
  (operand: { shape: Shape }): Reader<number[]> =>
  (operation, key, value) => {
    const read = axisOf(operand);
    if (!Array.isArray(value)) return [read(operation, key, value)];
    const axes = Array.from<unknown, number>(value, (axis) => {
      if (axis === undefined) refuse("TYPE", operation, key, "an array with undefined", "axes");
      return read(operation, key, axis);
    });
    if (axes.length === 0) refuse("VALUE", operation, key, "an empty list", "at least one axis");
    if (new Set(axes).size < axes.length) refuse("VALUE", operation, key, `[${axes.join(",")}]`, "each axis once");
    return axes.sort((a, b) => a - b);
  };

/**
 * A tensor seen as rows: a row runs over the chosen axes, and there is one for every index of the others. Unless the chosen
 * axes are the last ones, rows are scattered.
 *
 * @internal
 */
export interface Rows {
  count: number;
  length: number;
  /** Parts of the tensor, one after the other, that hold whole rows; entries and rows of each. Rows that lie together: one. */
  parts: number;
  size: number;
  perPart: number;
  /** What the kernel that moves scattered rows must know: how many axes lie across and along them, size and stride of each. */
  scattered?: Uint8Array | undefined;
}

/**
 * The rows of a tensor along some axes; their entries run in the order in which the axes are given.
 *
 * @internal
 */
export function rowsOf(shape: Shape, along: readonly number[]): Rows {
  const leading = Math.min(...along);
  const [parts, size] = [sizeOf(shape.slice(0, leading)), sizeOf(shape.slice(leading))];
  // An axis of one entry says nothing; without them there are few enough for any tensor.
  const pick = (axes: readonly number[]): number[][] =>
    axes.map((axis) => [shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))]).filter(([extent]) => extent !== 1);
  const others = [...shape.keys()].filter((axis) => axis >= leading && !along.includes(axis));
  const [across, inside] = [pick(others), pick(along)];
  const perPart = sizeOf(others.map((axis) => shape[axis] ?? 1));
  const together = across.length === 0 && along.every((axis, i) => axis > (along[i - 1] ?? -1));
  const block = [across.length + 1, inside.length, parts, size, ...across.flat(), ...inside.flat()];
  return {
    count: parts * perPart,
    length: sizeOf(along.map((axis) => shape[axis] ?? 1)),
    parts,
    size,
    perPart,
    scattered: together ? undefined : new Uint8Array(Int32Array.from(block).buffer),
  };
}
