/**
 * The operations again, in double precision and the plainest form, for comparing what a page computed.
 */

/** Rows of numbers. */
export type Rows = readonly (readonly number[])[];

/** Cuts a flat list into rows. */
export function rowsOf(values: ArrayLike<number>, width: number): number[][] {
  const list = Array.from(values);
  return Array.from({ length: list.length / width }, (_, row) => list.slice(row * width, (row + 1) * width));
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);

/** Softmax of one row in which -Infinity stands for hidden entries; a row that hides all is zeros. */
export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  if (largest === -Infinity) return logits.map(() => 0);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

export interface AttentionOptions {
  /** The factor of a row that sees this many keys. */
  scale: (visibleKeys: number) => number;
  causal?: boolean;
  /** Which keys any query may see. */
  mask?: readonly boolean[];
}

/** Weights of one head: q [n_q, d], k [n_k, d] to [n_q, n_k]. */
export function attentionWeights(q: Rows, k: Rows, { scale, causal = false, mask }: AttentionOptions): number[][] {
  return q.map((query, i) => {
    const visible = k.map((_, j) => (!causal || j <= i + k.length - q.length) && (mask?.[j] ?? true));
    const factor = scale(visible.filter(Boolean).length);
    return softmax(k.map((key, j) => (visible[j] === true ? factor * dot(query, key) : -Infinity)));
  });
}

/** a [m, k] times b [k, n]. */
export function product(a: Rows, b: Rows): number[][] {
  const columns = (b[0] ?? []).map((_, column) => b.map((row) => row[column] ?? NaN));
  return a.map((row) => columns.map((column) => dot(row, column)));
}

/** Entropy in nats of a distribution, 0 ln 0 = 0. */
export function entropy(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}

/** (x - mean) / sqrt(variance + eps). */
export function layerNorm(x: readonly number[], eps = 1e-5): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value) => (value - mean) / Math.sqrt(variance + eps));
}

/** x / sqrt(mean square + eps). */
export function rmsNorm(x: readonly number[], eps = 1e-5): number[] {
  const meanSquare = x.reduce((sum, value) => sum + value ** 2, 0) / x.length;
  return x.map((value) => value / Math.sqrt(meanSquare + eps));
}

/** The largest absolute difference; NaN if there is a NaN; Infinity if the lengths differ. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  return Array.from(actual).reduce(
    (worst, value, index) => Math.max(worst, Math.abs(value - (expected[index] ?? NaN))),
    0,
  );
}
