import type { TensorLike } from "../../../package/index.js";

/** Queries and keys of all heads of one layer, as the widget works on them. */
export interface AttentionData {
  /** Distinguishes data sets; equal names are the same numbers. */
  readonly name: string;
  /** Layer of the shipped text, counted from 1; undefined for a reader's own data. */
  readonly layer: number | undefined;
  readonly heads: number;
  /** Heads of k and v; a divisor of `heads` when queries share keys in groups. */
  readonly keyHeads: number;
  readonly nQ: number;
  readonly nK: number;
  readonly d: number;
  readonly dV: number;
  /** [heads, nQ, d] */
  readonly q: Float32Array;
  /** [keyHeads, nK, d] */
  readonly k: Float32Array;
  /** [keyHeads, nK, dV]; the weights do not need it. */
  readonly v: Float32Array | undefined;
  /** One per position; absent where the file has none. */
  readonly queryTokens: readonly string[] | undefined;
  readonly keyTokens: readonly string[] | undefined;
  /** Where code of a reader finds the same numbers; absent when they only live in the widget. */
  readonly origin: Origin | undefined;
}

/** A published file, or files of the reader; `q` and `k` name tensors in a safetensors file. */
export type Origin =
  | { readonly kind: "address"; readonly address: string; readonly q: string; readonly k: string }
  | { readonly kind: "safetensors"; readonly file: string; readonly q: string; readonly k: string }
  | { readonly kind: "npy"; readonly q: string; readonly k: string };

/** Queries and keys of one head (counted from 0) as matrices; they share the data's memory. */
export function headOf(data: AttentionData, head: number): { readonly q: TensorLike; readonly k: TensorLike } {
  const { nQ, nK, d, heads, keyHeads } = data;
  const keyHead = Math.floor((head * keyHeads) / heads);
  return {
    q: { data: data.q.subarray(head * nQ * d, (head + 1) * nQ * d), shape: [nQ, d] },
    k: { data: data.k.subarray(keyHead * nK * d, (keyHead + 1) * nK * d), shape: [nK, d] },
  };
}

/** Number of leading keys that query `row` sees: the last query is aligned with the last key. */
export function visibleKeys(nQ: number, nK: number, causal: boolean, row: number): number {
  return causal ? Math.min(nK, Math.max(0, row + 1 + nK - nQ)) : nK;
}

/** Token of a position, or its number where there are no tokens. */
export const tokenAt = (tokens: readonly string[] | undefined, index: number): string =>
  tokens?.[index] ?? `${index + 1}`;
