import type { Lab, LinearAttentionOptions, Tensor } from "../../package/index.js";
import { matrixOf, type Matrix } from "../shared/matrices/softmax.js";
import { singularValues } from "../shared/matrices/singular-values.js";
import { randomNumbers } from "../shared/random.js";
import type { LinearState, MapName } from "./schema.js";

/** Tokens of the matrices. */
export const tokenCount = 64;

/** The precision of float32 times the size of the matrix, relative to the largest singular value: the customary rule. */
export const negligible = tokenCount * 2 ** -23;

/** What is drawn and hidden, whichever map is in view. */
export type Draw = Omit<LinearState, "table" | "map">;
export interface Input extends Draw {
  readonly map: MapName;
}

/** What the package is given. */
export const optionsOf = ({ map, causal }: Pick<Input, "map" | "causal">): LinearAttentionOptions => ({
  featureMap: map,
  ...(causal && { causal }),
});

/** Independent normal queries and keys; the first tokens are the same for every length. */
export function problemOf({ d, sigma, seed }: Draw, n: number): { readonly q: Tensor; readonly k: Tensor } {
  const { normal } = randomNumbers(seed);
  const width = Number(d);
  const [q, k] = [new Float32Array(n * width), new Float32Array(n * width)];
  for (let i = 0; i < q.length; i++) {
    q[i] = sigma * normal();
    k[i] = sigma * normal();
  }
  return { q: { data: q, shape: [n, width] }, k: { data: k, shape: [n, width] } };
}

/** The weights that softmax, or a map, puts on the values: with a map, what it makes of the unit matrix. */
export function weightsOf(
  lab: Lab,
  draw: Draw,
  { q, k }: { readonly q: Tensor; readonly k: Tensor },
  method: "exact" | MapName,
): Float32Array {
  const n = q.shape[0] ?? 0;
  const { causal, near } = draw;
  if (method === "exact") return truncated(lab.attentionWeights(q, k, { causal }).data, n, near);
  const unit = { data: new Float32Array(n * n), shape: [n, n] };
  for (let i = 0; i < n; i++) unit.data[i * (n + 1)] = 1;
  return truncated(lab.linearAttention(q, k, unit, optionsOf({ map: method, causal })).data, n, near);
}

/** Keeps so many keys on each side of a query and lets their weights sum to 1 again; with 0, all. Writes in place. */
export function truncated(weights: Float32Array, n: number, near: number): Float32Array {
  if (near === 0) return weights;
  for (let i = 0; i < n; i++) {
    const row = weights.subarray(i * n, (i + 1) * n);
    row.fill(0, 0, Math.max(0, i - near));
    row.fill(0, Math.min(n, i + near + 1));
    const sum = row.reduce((all, weight) => all + weight, 0);
    if (sum > 0) row.forEach((weight, j) => (row[j] = weight / sum));
  }
  return weights;
}

/** Entropy of each row's weights in nats; NaN for a row of zeros. */
export function entropiesOf(weights: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let [entropy, empty] = [0, true];
    for (let at = i * n; at < (i + 1) * n; at++) {
      const weight = weights[at] ?? 0;
      if (weight <= 0) continue;
      empty = false;
      entropy -= weight * Math.log(weight);
    }
    return empty ? Number.NaN : entropy;
  });
}

/** To how many keys a row's weights come, e to the power of its entropy, in the mean over the rows; a row of zeros: none. */
export const spreadOf = (weights: ArrayLike<number>, n: number): number =>
  entropiesOf(weights, n).reduce((sum, entropy) => sum + (Number.isNaN(entropy) ? 0 : Math.exp(entropy)), 0) / n;

/** Equal weights on every key that is not hidden: averaging. */
export function uniformWeights(n: number, { causal, near }: Pick<Draw, "causal" | "near">): Float32Array {
  const weights = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    const first = near === 0 ? 0 : Math.max(0, i - near);
    const last = causal ? i : near === 0 ? n - 1 : Math.min(n - 1, i + near);
    weights.fill(1 / (last - first + 1), i * n + first, i * n + last + 1);
  }
  return weights;
}

/** How many singular values are more than rounding. */
export const rankOf = (values: Float64Array): number =>
  values.filter((value) => value > negligible * (values[0] ?? 0)).length;

export interface Side {
  readonly matrix: Matrix;
  /** Descending. */
  readonly values: Float64Array;
  readonly rank: number;
  readonly entropies: Float64Array;
  readonly spread: number;
}

export interface Measured {
  readonly input: Input;
  readonly exact: Side;
  readonly linear: Side;
  /** Keys that a row of equal weights spreads over. */
  readonly uniform: number;
  /** Rows of linear attention without any weight. */
  readonly empty: number;
  /** Features of a query; no matrix that all keys are seen in has a higher rank. */
  readonly features: number;
}

export const featuresOf = (map: MapName, d: string): number => Number(d) + (map === "cosine" ? 1 : 0);

/** Both matrices of one draw: some ten milliseconds. */
export function measure(lab: Lab, input: Input): Measured {
  const problem = problemOf(input, tokenCount);
  const sideOf = (method: "exact" | MapName): Side => {
    const matrix = matrixOf(weightsOf(lab, input, problem, method), tokenCount, tokenCount);
    const { values } = singularValues(matrix, false);
    return {
      matrix,
      values,
      rank: rankOf(values),
      entropies: entropiesOf(matrix.values, tokenCount),
      spread: spreadOf(matrix.values, tokenCount),
    };
  };
  const linear = sideOf(input.map);
  return {
    input,
    exact: sideOf("exact"),
    linear,
    uniform: spreadOf(uniformWeights(tokenCount, input), tokenCount),
    empty: linear.entropies.filter(Number.isNaN).length,
    features: featuresOf(input.map, input.d),
  };
}
