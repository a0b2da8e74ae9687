import { broadcastIndex, sizeOf, type Shape } from "../shape.js";
import { arrayLike } from "./spares.js";

/** From the first up to, not including, the last. */
export type Range = readonly [from: number, to: number];

/** A part of a call: some of its matrices (heads); of those some rows of queries, and the keys that these can see. */
export interface Part {
  m: Range;
  q?: Range | undefined;
  k?: Range | undefined;
}

/** A tensor of a call, and how it takes part in it. */
export interface Piece {
  data: Float32Array | Uint8Array;
  shape: Shape;
  /** The axes of one matrix, a letter each: "q" or "k", of which a part has some, or another, of which it has all. */
  axes: string;
  /** The leading axes of the call; those of the tensor are equal, or 1, or fewer, or divide them (grouped heads). */
  leading: Shape;
}

/** Calls `visit` with each stretch of a part's entries, where it begins in the whole tensor and in the part's own. */
function walk(
  { shape, axes, leading }: Piece,
  part: Part,
  visit?: (whole: number, own: number, length: number) => void,
): number[] {
  const outer = shape.slice(0, shape.length - axes.length);
  const inner = shape.slice(outer.length);
  const rangeOf = (axis: string | undefined, size: number): Range => part[axis as "q" | "k"] ?? [0, size];
  const width = inner.at(-1) ?? 1;
  const height = sizeOf(inner.slice(0, -1));
  const [left, right] = rangeOf(axes.at(-1), width);
  const [top, bottom] = rangeOf(axes.at(-2), height);
  // What has no leading axes of its own is there once, for all matrices.
  const [from, to] = outer.length > 0 ? part.m : [0, 1];
  if (visit) {
    const matrixOf = broadcastIndex(leading, outer);
    // Rows that are whole lie together.
    const rows = right - left === width ? bottom - top : 1;
    const length = rows * (right - left);
    let own = 0;
    for (let matrix = from; matrix < to; matrix++) {
      for (let row = top; row < bottom; row += rows) {
        visit((matrixOf(matrix) * height + row) * width + left, own, length);
        own += length;
      }
    }
  }
  const sizes = inner.map((size, axis) => {
    const [first, last] = rangeOf(axes[axis], size);
    return last - first;
  });
  return outer.length > 0 ? [to - from, ...sizes] : sizes;
}

/** A tensor of the size of what a part has of another, with anything in it. */
export function roomFor(piece: Piece, part: Part): Pick<Piece, "data" | "shape"> {
  const shape = walk(piece, part);
  return { data: arrayLike(piece.data, sizeOf(shape)), shape };
}

/** What a part has of a tensor, in the memory of the whole, if it is the beginning of it. */
export function beginning(piece: Piece, part: Part): Pick<Piece, "data" | "shape"> | undefined {
  let away = 0;
  const shape = walk(piece, part, (whole, own) => {
    away += whole - own;
  });
  return away > 0 ? undefined : { data: piece.data.subarray(0, sizeOf(shape)), shape };
}

/** What a part has of a tensor, as a tensor of its own. */
export function take(piece: Piece, part: Part): Pick<Piece, "data" | "shape"> {
  const { data, shape } = roomFor(piece, part);
  walk(piece, part, (whole, own, length) => {
    data.set(piece.data.subarray(whole, whole + length), own);
  });
  return { data, shape };
}

/** Puts what a part has to its place in the whole; adds it, where parts have the same entries. */
export function put(piece: Piece, part: Part, data: Float32Array, adds: boolean): void {
  walk(piece, part, (whole, own, length) => {
    if (!adds) piece.data.set(data.subarray(own, own + length), whole);
    else for (let i = 0; i < length; i++) (piece.data[whole + i] as number) += data[own + i] as number;
  });
}
