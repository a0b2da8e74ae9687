import type { Body } from "./engine.js";
import { describe, refuse, refuseMemory, refuseShape, tagOf } from "./errors.js";
import { formatShape, readShape, sameShape, sizeOf, type Shape } from "./shape.js";

/**
 * What every operation accepts: float32 entries in row-major order and the sizes of the axes. `data.length` must equal the
 * product of `shape`. The Float32Array may be a part of a larger buffer, at any offset.
 */
export interface TensorLike {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What every operation returns: `data` owns its whole buffer and is nobody else's. */
export interface Tensor extends TensorLike {
  readonly data: Float32Array;
  readonly shape: number[];
}

/** Numbers that {@link TensorOperations.tensor} converts: with a shape, in row-major order. */
export type FlatNumbers =
  | readonly number[]
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** Numbers in nested arrays of equal lengths: `[[1, 2], [3, 4]]`. */
export type NestedNumbers = readonly number[] | readonly NestedNumbers[];

export interface TensorOperations {
  /**
   * Makes a tensor from numbers: an array or typed array with a shape, or nested arrays without.
   *
   * The entries are copied and rounded to float32; sizes may be 0, and `[]` is the shape of a single number.
   *
   * Throws TYPE if an entry is not a number, SHAPE if the count does not match the shape, the nesting is ragged or a size is
   * negative or fractional, MEMORY if it is too large. Cost: one pass over the entries.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const a = lab.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
   * const b = lab.tensor([[1, 2, 3], [4, 5, 6]]);
   * console.log(a.shape, b.shape); // [ 2, 3 ] [ 2, 3 ]
   * console.log(a.data.every((value, i) => value === b.data[i])); // true
   * ```
   */
  tensor: {
    (data: FlatNumbers, shape: readonly number[]): Tensor;
    (data: NestedNumbers): Tensor;
  };
}

/** Deeper nesting is a mistake, or an array that contains itself. */
const DEEPEST = 32;

/** Typed arrays whose entries are numbers. */
const NUMERIC = /^(?:Float(?:16|32|64)|Int(?:8|16|32)|Uint(?:8|8Clamped|16|32))Array$/;

/**
 * A zero-filled Float32Array, or MEMORY when the engine cannot give one.
 *
 * @internal
 */
export function floatArray(operation: string, argument: string, size: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(size);
  } catch (cause) {
    refuseMemory(operation, argument, 4 * size, cause);
  }
}

/** @internal */
export const tensor: Body = (_call, data, shape) => {
  const flat = NUMERIC.test(tagOf(data));
  if (!flat && !Array.isArray(data)) {
    refuse("TYPE", "tensor", "data", describe(data), "an array of numbers or a typed array of numbers");
  }
  // Only nested arrays say their own shape.
  if (shape === undefined && !flat) return () => fromNested(data as unknown[]);
  const values = data as ArrayLike<unknown>;
  if (!flat) refuseOtherThanNumbers(values);
  const sizes = readShape("tensor", "shape", shape);
  const size = sizeOf(sizes);
  if (values.length !== size) {
    const expected = `${String(size)} to match shape ${formatShape(sizes)}`;
    refuse("SHAPE", "tensor", "data", String(values.length), expected, "the length of data");
  }
  return () => {
    const entries = floatArray("tensor", "data", size);
    entries.set(values as ArrayLike<number>);
    return { data: entries, shape: sizes };
  };
};

function refuseOtherThanNumbers(values: ArrayLike<unknown>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number") {
      refuse("TYPE", "tensor", "data", `an array with ${describe(value)} at ${String(i)}`, "numbers");
    }
  }
}

function fromNested(data: readonly unknown[]): Tensor {
  const shape = shapeOfNested(data);
  const entries = floatArray("tensor", "data", sizeOf(shape));
  let next = 0;
  const fill = (part: unknown, depth: number): void => {
    const extent = shape[depth];
    if (extent === undefined) {
      if (typeof part === "number") entries[next++] = part;
      else if (isArray(part)) refuseRagged(shape);
      else refuse("TYPE", "tensor", "data", `an array with ${describe(part)}`, "numbers");
      return;
    }
    if (typeof part === "number" || (isArray(part) && part.length !== extent)) refuseRagged(shape);
    if (!isArray(part)) refuse("TYPE", "tensor", "data", `an array with ${describe(part)}`, "arrays of numbers");
    for (let i = 0; i < extent; i++) fill(part[i], depth + 1);
  };
  fill(data, 0);
  return { data: entries, shape };
}

const isArray = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || NUMERIC.test(tagOf(value));

/** The lengths along the first entries; the rest must agree with them. */
function shapeOfNested(data: readonly unknown[]): number[] {
  const shape: number[] = [];
  for (let part: unknown = data; isArray(part); part = part[0]) {
    if (shape.length === DEEPEST) {
      refuse("SHAPE", "tensor", "data", `nested more than ${String(DEEPEST)} deep`, "fewer axes");
    }
    shape.push(part.length);
  }
  return shape;
}

function refuseRagged(shape: Shape): never {
  refuse("SHAPE", "tensor", "data", "ragged", `nested arrays of equal lengths, here ${formatShape(shape)}`);
}

/**
 * The entries and the shape of a tensor; TYPE or SHAPE if `value` is none.
 *
 * @internal
 */
export function readTensorLike(operation: string, argument: string, value: unknown): Tensor {
  if (typeof value !== "object" || value === null) {
    refuse("TYPE", operation, argument, describe(value), "a tensor { data, shape } or a resident");
  }
  const { data, shape } = value as Partial<Record<keyof TensorLike, unknown>>;
  if (tagOf(data) !== "Float32Array") {
    refuse("TYPE", operation, `${argument}.data`, describe(data), "a Float32Array (lab.tensor converts)");
  }
  const sizes = readShape(operation, argument, shape, `${argument}.shape`);
  const entries = data as Float32Array;
  const size = sizeOf(sizes);
  if (entries.length !== size) {
    const expected = `${String(size)} to match its shape ${formatShape(sizes)}`;
    refuse("SHAPE", operation, argument, String(entries.length), expected, `the length of ${argument}.data`);
  }
  return { data: entries, shape: sizes };
}

/**
 * SHAPE unless `shape` is `expected`.
 *
 * @internal
 */
export function requireShape(operation: string, argument: string, shape: Shape, expected: Shape, reason: string): void {
  if (!sameShape(shape, expected)) refuseShape(operation, argument, shape, `${formatShape(expected)} ${reason}`);
}
