import { describe, refuse, refuseShape } from "./errors.js";
import type { Operand } from "./operand.js";
import { sizeOf, type Shape } from "./shape.js";

/** An axis of a tensor; negative ones count from the end. */
export type Axis = number;

/** One axis, or several that are taken together. */
export type Axes = number | readonly number[];

/**
 * One axis as a whole number from 0 on: TYPE, RANGE.
 *
 * @internal
 */
export function readAxis(operation: string, value: unknown, rank: number): number {
  if (value === undefined) return rank - 1;
  if (typeof value !== "number") refuse("TYPE", operation, "axis", describe(value), "an axis");
  if (!Number.isInteger(value) || value < -rank || value >= rank) {
    refuse("RANGE", operation, "axis", String(value), `a whole number from ${String(-rank)} to ${String(rank - 1)}`);
  }
  return value < 0 ? value + rank : value;
}

/**
 * One axis or a list of axes, ascending: TYPE, RANGE, and VALUE for a list that is empty or names an axis twice.
 *
 * @internal
 */
export function readAxes(operation: string, value: unknown, rank: number): number[] {
  if (!Array.isArray(value)) return [readAxis(operation, value, rank)];
  const axes = Array.from<unknown, number>(value, (axis) => {
    if (axis === undefined) refuse("TYPE", operation, "axis", "an array with undefined", "axes");
    return readAxis(operation, axis, rank);
  });
  if (axes.length === 0) refuse("VALUE", operation, "axis", "an empty list", "at least one axis");
  if (new Set(axes).size < axes.length) refuse("VALUE", operation, "axis", `[${axes.join(",")}]`, "each axis once");
  return axes.sort((a, b) => a - b);
}

/**
 * Refuses a tensor without axes.
 *
 * @internal
 */
export function requireAxes(operation: string, argument: string, shape: Shape): void {
  if (shape.length === 0) refuseShape(operation, argument, shape, "at least one axis");
}

/**
 * A tensor seen as rows: a row runs over the chosen axes, in ascending order, and there is one for every index of the
 * others. The kernels want rows one after the other; unless the chosen axes are the last ones, rows are gathered into a
 * staging slot and scattered from it.
 *
 * @internal
 */
export class Rows {
  readonly count: number;
  readonly length: number;
  /** True if the rows lie one after the other already. */
  readonly contiguous: boolean;
  readonly #columns: Uint32Array;
  readonly #others: readonly { size: number; stride: number }[];

  constructor(shape: Shape, axes: readonly number[]) {
    const extents = shape.map((size, axis) => ({ size, stride: sizeOf(shape.slice(axis + 1)) }));
    const chosen = extents.filter((_, axis) => axes.includes(axis));
    this.#others = extents.filter((_, axis) => !axes.includes(axis));
    this.length = sizeOf(chosen.map(({ size }) => size));
    this.count = sizeOf(this.#others.map(({ size }) => size));
    this.contiguous = axes.every((axis, i) => axis === shape.length - axes.length + i);
    this.#columns = new Uint32Array(this.contiguous || this.count === 0 ? 0 : this.length);
    for (let column = 0; column < this.#columns.length; column++) this.#columns[column] = offsetOf(column, chosen);
  }

  /** Copies rows `first` up to `first + count` of `source` to `target`, one after the other. */
  gather(source: Float32Array, first: number, count: number, target: Float32Array): void {
    let at = 0;
    for (let row = first; row < first + count; row++) {
      const start = offsetOf(row, this.#others);
      for (const column of this.#columns) target[at++] = source[start + column] ?? 0;
    }
  }

  /** The inverse of {@link gather}. */
  scatter(source: Float32Array, first: number, count: number, target: Float32Array): void {
    let at = 0;
    for (let row = first; row < first + count; row++) {
      const start = offsetOf(row, this.#others);
      for (const column of this.#columns) target[start + column] = source[at++] ?? 0;
    }
  }

  /** The shape of a parameter with one entry per entry of a row. */
  static parameterShape(operand: Operand, axes: readonly number[]): number[] {
    return axes.map((axis) => operand.shape[axis] ?? 1);
  }
}

function offsetOf(index: number, axes: readonly { size: number; stride: number }[]): number {
  let rest = index;
  let offset = 0;
  for (let i = axes.length - 1; i >= 0; i--) {
    const { size, stride } = axes[i] ?? { size: 1, stride: 0 };
    offset += (rest % size) * stride;
    rest = Math.floor(rest / size);
  }
  return offset;
}
