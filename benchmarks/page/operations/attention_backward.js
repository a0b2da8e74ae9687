/**
 * Gradients of exact attention: from dO to dq, dk and dv. The forward pass of the same contestant races beside it.
 */
import { Difference, someOf, weighted, weightsOfRow, wrongLength } from "../double.js";
import { normals } from "../random.js";
import * as attention from "./attention.js";

const TOLERANCE = 5e-5;

export const name = "attentionBackward";
export const beside = { operation: "attention", label: "forward" };

export const cases = [false, true].map((causal) => ({
  label: `8 heads x 1024 x 64${causal ? " causal" : ""}`,
  heads: 8,
  n: 1024,
  d: 64,
  causal,
  who: ({ kind }) => kind !== "naive",
}));

export const inputs = (size) => ({
  ...attention.inputs(size),
  dOutput: normals(size.heads * size.n * size.d, 4),
});

/** Five products (the scores again, dP, dq, dk, dv) where the forward pass has two. */
export const flops = (size) => 2.5 * attention.flops(size);

/**
 * One head in whole, in double: dk and dv of a key take a term from every query.
 *
 * With P = softmax(S), S = q k' / sqrt(d): dv = P' dO, dS = P * (dO v' - rowsum(dO * O)), dq = dS k / sqrt(d),
 * dk = dS' q / sqrt(d).
 */
function exactHead({ q, k, v, dOutput }, size, base) {
  const { n, d, causal } = size;
  const [dq, dk, dv] = [0, 1, 2].map(() => new Float64Array(n * d));
  for (let i = 0; i < n; ++i) {
    const weights = weightsOfRow(q, k, size, base, i, causal ? i + 1 : n);
    const output = weighted(weights, v, d, base);
    let inner = 0;
    for (let c = 0; c < d; ++c) inner += output[c] * dOutput[base + i * d + c];
    for (let j = 0; j < weights.length; ++j) {
      let dWeight = 0;
      for (let c = 0; c < d; ++c) dWeight += dOutput[base + i * d + c] * v[base + j * d + c];
      const dScore = (weights[j] * (dWeight - inner)) / Math.sqrt(d);
      for (let c = 0; c < d; ++c) {
        dq[i * d + c] += dScore * k[base + j * d + c];
        dk[j * d + c] += dScore * q[base + i * d + c];
        dv[j * d + c] += weights[j] * dOutput[base + i * d + c];
      }
    }
  }
  return { dq, dk, dv };
}

/** @param {{ dq: ArrayLike<number>, dk: ArrayLike<number>, dv: ArrayLike<number> }} result */
export function check(size, given, result) {
  const { heads, n, d } = size;
  const difference = new Difference();
  const lastHead = (heads - 1) * n * d;
  const exact = exactHead(given, size, lastHead);
  for (const gradient of ["dq", "dk", "dv"]) {
    if (result[gradient].length !== heads * n * d) return wrongLength;
    for (const i of someOf(n, 64)) {
      difference.compare(result[gradient], lastHead + i * d, exact[gradient].subarray(i * d, (i + 1) * d));
    }
  }
  return difference.verdict(TOLERANCE);
}
