import { describe, refuse, refuseShape } from "./errors.js";

/** The sizes of a tensor's axes, outermost first; `[]` is a single number. */
export type Shape = readonly number[];

/** `[2,96,32]`, as in every error message. */
export const formatShape = (shape: readonly (number | string)[]): string => `[${shape.join(",")}]`;

/** The number of entries of a tensor of this shape; 0 as soon as one size is 0, however large the others are. */
export function sizeOf(shape: Shape): number {
  let product = 1;
  for (const size of shape) {
    if (size === 0) return 0;
    product *= size;
  }
  return product;
}

/** A loop: `every` takes longer than small problems leave time for. */
export function sameShape(a: Shape, b: Shape): boolean {
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return a.length === b.length;
}

/** Checks that `value` is an array of sizes and gives a copy of it: TYPE for other things, SHAPE for sizes that are none. */
export function readShape(operation: string, argument: string, value: unknown, subject = "shape"): number[] {
  if (!Array.isArray(value)) refuse("TYPE", operation, argument, describe(value), "an array of sizes", subject);
  const sizes = [...(value as readonly number[])];
  let fits = true;
  for (const size of sizes) {
    if (typeof size !== "number") {
      refuse("TYPE", operation, argument, `an array with ${describe(size)}`, "an array of sizes", subject);
    }
    fits &&= Number.isSafeInteger(size) && size >= 0;
  }
  if (!fits) refuseShape(operation, argument, sizes, "whole sizes >= 0");
  return sizes;
}

/**
 * Where the matrices of a tensor are that broadcasts over leading axes: a function from the index of a matrix in an array
 * of shape `leading` to its index in an array of shape `source`, whose axes are equal to the last of `leading`, or 1, or
 * divisors of them, which go with groups of consecutive indices.
 */
export function broadcastIndex(leading: Shape, source: Shape): (index: number) => number {
  if (source.every((size) => size === 1)) return () => 0;
  if (sameShape(leading, source)) return (index) => index;
  return (index) => {
    let rest = index;
    let stride = 1;
    let at = 0;
    for (let axis = 1; axis <= source.length; axis++) {
      const extent = leading[leading.length - axis] ?? 1;
      const size = source[source.length - axis] ?? 1;
      at += Math.floor(((rest % extent) * size) / extent) * stride;
      rest = Math.floor(rest / extent);
      stride *= size;
    }
    return at;
  };
}
