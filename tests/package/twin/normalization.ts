import type { TensorLike } from "attnlab";
import { softmaxRow } from "./attention.js";
import { sizeOf, unravel } from "./matrices.js";

/** Applies a function to every slice of x along the given axes; the function sees a slice's entries in row-major order. */
export function overSlices(
  x: TensorLike,
  axes: readonly number[],
  apply: (slice: readonly number[]) => readonly number[],
): number[] {
  const chosen = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const slices = new Map<string, number[]>();
  for (let index = 0; index < sizeOf(x.shape); index++) {
    const key = unravel(index, x.shape)
      .filter((_, axis) => !chosen.includes(axis))
      .join();
    slices.set(key, [...(slices.get(key) ?? []), index]);
  }
  const result = new Array<number>(sizeOf(x.shape));
  for (const indices of slices.values()) {
    const values = apply(indices.map((index) => x.data[index] ?? NaN));
    indices.forEach((index, i) => (result[index] = values[i] ?? NaN));
  }
  return result;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const softmaxTwin = (x: TensorLike, axis = -1, temperature = 1): number[] =>
  overSlices(x, [axis], (slice) => softmaxRow(slice, temperature));

export const logSoftmaxTwin = (x: TensorLike, axis = -1, temperature = 1): number[] =>
  overSlices(x, [axis], (slice) => {
    const largest = Math.max(...slice);
    if (largest === -Infinity) return slice.map(() => -Infinity);
    const sum = slice.reduce((total, value) => total + Math.exp((value - largest) / temperature), 0);
    return slice.map((value) => (value - largest) / temperature - Math.log(sum));
  });

export interface NormTwinOptions {
  axes?: readonly number[];
  gamma?: TensorLike;
  beta?: TensorLike;
  eps?: number;
  center?: boolean;
}

export const layerNormTwin = (
  x: TensorLike,
  { axes = [-1], gamma, beta, eps = 1e-5, center = true }: NormTwinOptions = {},
): number[] =>
  overSlices(x, axes, (slice) => {
    // Shifted by the first entry, so that nothing is lost far from 0.
    const shift = center ? (slice[0] ?? 0) : 0;
    const shifted = slice.map((value) => value - shift);
    const middle = center ? mean(shifted) : 0;
    const spread = mean(shifted.map((value) => (value - middle) ** 2)) + eps;
    return shifted.map((value, i) => {
      const normalized = spread === 0 ? 0 : (value - middle) / Math.sqrt(spread);
      return normalized * (gamma?.data[i] ?? 1) + (beta?.data[i] ?? 0);
    });
  });

export const rmsNormTwin = (x: TensorLike, options: NormTwinOptions = {}): number[] =>
  layerNormTwin(x, { ...options, center: false });
