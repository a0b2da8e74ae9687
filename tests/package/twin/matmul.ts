import type { TensorLike } from "attnlab";
import { flat, matricesOf, type Matrix } from "./matrices.js";

const transposed = (matrix: Matrix, columns: number): Matrix =>
  Array.from({ length: columns }, (_, c) => matrix.map((row) => row[c] ?? NaN));

/** The product, entry by entry in double precision; b of rank 2 is shared. */
export function matmulTwin(a: TensorLike, b: TensorLike, transposeA = false, transposeB = false): number[] {
  const rights = matricesOf(b);
  const products = matricesOf(a).map((left, index) => {
    const right = b.shape.length === 2 ? rights[0] : rights[index];
    const rows = transposeA ? transposed(left, a.shape[a.shape.length - 1] ?? 0) : left;
    const columns = transposeB ? (right ?? []) : transposed(right ?? [], b.shape[b.shape.length - 1] ?? 0);
    return rows.map((row) =>
      columns.map((column) => row.reduce((sum, value, i) => sum + value * (column[i] ?? NaN), 0)),
    );
  });
  return flat(products);
}
