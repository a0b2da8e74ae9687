import type { TensorLike } from "attnlab";

/** A matrix in double precision, as rows. */
export type Matrix = number[][];

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Matrix number `index` of a tensor of rank 2 or more. */
export function matrixAt({ data, shape }: TensorLike, index: number): Matrix {
  const [rows = 0, columns = 0] = shape.slice(-2);
  return Array.from({ length: rows }, (_, i) => {
    const start = (index * rows + i) * columns;
    return Array.from(data.subarray(start, start + columns));
  });
}

/** The matrices of a tensor. */
export const matricesOf = (tensor: TensorLike): Matrix[] =>
  Array.from({ length: sizeOf(tensor.shape.slice(0, -2)) }, (_, index) => matrixAt(tensor, index));

/** The entries of matrices one after the other, row by row. */
export const flat = (matrices: readonly Matrix[]): number[] => matrices.flat(2);

/** The index of an entry along each axis. */
export function unravel(index: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    position.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return position;
}

/** The entry of a broadcasting tensor at a position; missing leading axes and axes of size 1 repeat. */
export function broadcastAt(data: ArrayLike<number>, shape: readonly number[], position: readonly number[]): number {
  const own = position.slice(position.length - shape.length);
  const index = shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : (own[axis] ?? 0)), 0);
  return data[index] ?? NaN;
}
