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
 * Checks an argument whose rows will be worked on: a tensor with at least one axis (SHAPE).
 *
 * @internal
 */
export function readRows(call: Call, argument: string, value: unknown): Operand {
  const operand = readOperand(call, argument, value);
  if (operand.shape.length === 0) refuseShape(call.operation, argument, operand.shape, "at least one axis");
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
 * A tensor seen as rows: a row runs over the chosen axes, in ascending order, and there is one for every index of the
 * others. The kernels want rows one after the other; unless the chosen axes are the last ones, rows are gathered first and
 * scattered afterwards.
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

  /** A copy of the entries with the rows one after the other. */
  gather(source: Float32Array): Float32Array {
    const target = new Float32Array(source.length);
    this.#pair((place, entry) => (target[place] = source[entry] ?? 0));
    return target;
  }

  /** The inverse of {@link gather}. */
  scatter(source: Float32Array, target: Float32Array): void {
    this.#pair((place, entry) => (target[entry] = source[place] ?? 0));
  }

  #pair(visit: (place: number, entry: number) => void): void {
    // Rows of no entries may be very many.
    const count = this.length === 0 ? 0 : this.count;
    for (let row = 0, place = 0; row < count; row++) {
      const start = offsetOf(row, this.#others);
      for (const column of this.#columns) visit(place++, start + column);
    }
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
