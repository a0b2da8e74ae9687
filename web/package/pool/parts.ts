import { sizeOf, type Shape } from "../shape.js";

/** From the first up to, not including, the last. */
export type Range = readonly [from: number, to: number];

/** A part of a problem: some of its matrices (heads), some of their queries, and the keys that those can see. */
export interface Part {
  matrices: Range;
  q: Range;
  k: Range;
}

/** What an axis counts: queries or keys, of which a part has some, or what every part has all of. */
export type Count = "q" | "k" | "";

/** How a tensor takes part in a problem. */
export interface Layout {
  /** Which of its matrices goes with a matrix of the problem. */
  matrixOf: (matrix: number) => number;
  /** The axes of one matrix: two, where one of them is cut. */
  inner: Shape;
  rows: Count;
  columns: Count;
}

export type Entries = Float32Array | Uint8Array;

/** The shape of what a part has of a tensor. */
export function shapeOf({ inner, rows, columns }: Layout, part: Part): number[] {
  const shape = [part.matrices[1] - part.matrices[0], ...inner];
  if (rows) shape[1] = part[rows][1] - part[rows][0];
  if (columns) shape[2] = part[columns][1] - part[columns][0];
  return shape;
}

/** Calls `visit` for each stretch of a part's entries: where it begins in the whole tensor and in the part's own. */
function walk(layout: Layout, part: Part, visit: (whole: number, own: number, length: number) => void): void {
  const { matrixOf, inner, rows, columns } = layout;
  const width = inner[inner.length - 1] ?? 1;
  const height = sizeOf(inner.slice(0, -1));
  const [top, bottom] = rows ? part[rows] : [0, height];
  const [left, right] = columns ? part[columns] : [0, width];
  // Rows that are whole lie together.
  const step = right - left === width ? bottom - top : 1;
  const length = step * (right - left);
  let own = 0;
  for (let matrix = part.matrices[0]; matrix < part.matrices[1]; matrix++) {
    for (let row = top; row < bottom; row += step) {
      visit((matrixOf(matrix) * height + row) * width + left, own, length);
      own += length;
    }
  }
}

/** What a part has of a tensor, as a tensor of its own. */
export function take(data: Entries, layout: Layout, part: Part): { data: Entries; shape: number[] } {
  const shape = shapeOf(layout, part);
  const own = new (data.constructor as new (size: number) => Entries)(sizeOf(shape));
  walk(layout, part, (from, to, length) => {
    own.set(data.subarray(from, from + length), to);
  });
  return { data: own, shape };
}

/** Puts a part's entries to their place in the whole; adds them, where parts overlap. */
export function put(data: Float32Array, layout: Layout, part: Part, own: Float32Array, adds: boolean): void {
  walk(layout, part, (to, from, length) => {
    if (!adds) data.set(own.subarray(from, from + length), to);
    else for (let i = 0; i < length; i++) data[to + i] = (data[to + i] ?? 0) + (own[from + i] ?? 0);
  });
}
