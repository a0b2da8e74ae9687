import type { TensorLike } from "attnlab";
import { broadcastAt, flat, matrixAt, sizeOf, unravel, type Matrix } from "./matrices.js";

export interface TwinOptions {
  /** Scale of a row that sees so many keys; default 1/sqrt(d). */
  scale?: (visible: number) => number;
  causal?: boolean;
  window?: readonly [left: number, right: number];
  mask?: { data: ArrayLike<number>; shape: readonly number[] };
  bias?: TensorLike;
  /** Query heads per key head. */
  group?: number;
}

/** The formula of attention, entry by entry in double precision. */
export function attentionTwin(
  q: TensorLike,
  k: TensorLike,
  v: TensorLike,
  options: TwinOptions = {},
): { output: number[]; weights: number[] } {
  const leading = q.shape.slice(0, -2);
  // Without keys a matrix has no row to tell its width.
  const dV = v.shape[v.shape.length - 1] ?? 0;
  const heads = Array.from({ length: sizeOf(leading) }, (_, index) => {
    const shared = Math.floor(index / (options.group ?? 1));
    const position = unravel(index, leading);
    return attendMatrix(matrixAt(q, index), matrixAt(k, shared), matrixAt(v, shared), dV, position, options);
  });
  return { output: flat(heads.map(({ output }) => output)), weights: flat(heads.map(({ weights }) => weights)) };
}

function attendMatrix(
  q: Matrix,
  k: Matrix,
  v: Matrix,
  dV: number,
  position: readonly number[],
  { scale, causal = false, window, mask, bias }: TwinOptions,
): { output: Matrix; weights: Matrix } {
  const weights = q.map((row, i) => {
    const aligned = i + k.length - q.length;
    const visible = k.map((_, j) => {
      if (causal && j > aligned) return false;
      if (window && (j < aligned - window[0] || j > aligned + window[1])) return false;
      return mask === undefined || broadcastAt(mask.data, mask.shape, [...position, j]) !== 0;
    });
    const seen = visible.filter(Boolean).length;
    const factor = scale ? scale(seen) : 1 / Math.sqrt(row.length);
    const logits = k.map((key, j) => {
      if (!visible[j]) return -Infinity;
      const added = bias ? broadcastAt(bias.data, bias.shape, [...position, i, j]) : 0;
      if (added === -Infinity) return -Infinity;
      return factor * row.reduce((sum, entry, c) => sum + entry * (key[c] ?? NaN), 0) + added;
    });
    return softmaxRow(logits);
  });
  const output = weights.map((row) =>
    Array.from({ length: dV }, (_, c) =>
      row.reduce((sum, weight, j) => (weight === 0 ? sum : sum + weight * (v[j]?.[c] ?? NaN)), 0),
    ),
  );
  return { output, weights };
}

/** Softmax of a row in double; zeros if every entry is -Infinity. */
export function softmaxRow(row: readonly number[], temperature = 1): number[] {
  const largest = row.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most), -Infinity);
  if (largest === -Infinity) return row.map(() => 0);
  const powers = row.map((value) => (value === -Infinity ? 0 : Math.exp((value - largest) / temperature)));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
