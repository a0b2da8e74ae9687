import type { Lab, LinearAttentionOptions, Tensor } from "../../package/index.js";
import { matrixOf, type Matrix } from "../shared/matrices/softmax.js";
import { singularValues } from "../shared/matrices/singular-values.js";
import { randomNumbers } from "../shared/random.js";
import type { LinearState } from "./schema.js";

/** Tokens of the matrices. */
export const tokenCount = 64;
/** Lengths at which the spread of the rows is measured. */
export const lengths = [16, 32, 64, 128, 256, 512] as const;

/** The precision of float32 times the size of the matrix, relative to the largest singular value: the customary rule. */
export const negligible = tokenCount * 2 ** -23;

export type Input = Omit<LinearState, "table">;

/** What the package is given. */
export const optionsOf = ({ map, causal }: Input): LinearAttentionOptions => ({
  featureMap: map,
  ...(causal && { causal }),
});

/** Independent normal queries and keys; the first tokens are the same for every length. */
export function problemOf({ d, sigma, seed }: Input, n: number): { readonly q: Tensor; readonly k: Tensor } {
  const { normal } = randomNumbers(seed);
  const width = Number(d);
  const [q, k] = [new Float32Array(n * width), new Float32Array(n * width)];
  for (let i = 0; i < q.length; i++) {
    q[i] = sigma * normal();
    k[i] = sigma * normal();
  }
  return { q: { data: q, shape: [n, width] }, k: { data: k, shape: [n, width] } };
}

/** The weights that both put on the values: what they make of the unit matrix. */
export function weightsOf(
  lab: Lab,
  input: Input,
  n: number,
): { readonly exact: Float32Array; readonly linear: Float32Array } {
  const { q, k } = problemOf(input, n);
  const unit = { data: new Float32Array(n * n), shape: [n, n] };
  for (let i = 0; i < n; i++) unit.data[i * n + i] = 1;
  return {
    exact: lab.attentionWeights(q, k, { causal: input.causal }).data,
    linear: lab.linearAttention(q, k, unit, optionsOf(input)).data,
  };
}

/** To how many keys a row's weights come, e to the power of its entropy, in the mean over the rows; a row of zeros: none. */
export function spreadOf(weights: ArrayLike<number>, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let [entropy, empty] = [0, true];
    for (let j = 0; j < n; j++) {
      const weight = weights[i * n + j] ?? 0;
      if (weight <= 0) continue;
      empty = false;
      entropy -= weight * Math.log(weight);
    }
    if (!empty) sum += Math.exp(entropy);
  }
  return sum / n;
}

/** The same for weights that are all equal. */
export const uniformSpread = (n: number, causal: boolean): number => (causal ? (n + 1) / 2 : n);

export interface Side {
  readonly matrix: Matrix;
  /** Descending. */
  readonly values: Float64Array;
  readonly rank: number;
  /** At every length. */
  readonly spreads: readonly number[];
}

export interface Measured {
  readonly input: Input;
  readonly exact: Side;
  readonly linear: Side;
  readonly uniform: readonly number[];
  /** Rows of linear attention without any weight. */
  readonly empty: number;
  /** Features of a query; no matrix that all keys are seen in has a higher rank. */
  readonly features: number;
}

export function measure(lab: Lab, input: Input): Measured {
  const all = lengths.map((n) => weightsOf(lab, input, n));
  const shown = all[lengths.indexOf(tokenCount)];
  const sideOf = (name: "exact" | "linear"): Side => {
    const matrix = matrixOf(shown?.[name] ?? [], tokenCount, tokenCount);
    const { values } = singularValues(matrix, false);
    return {
      matrix,
      values,
      rank: values.filter((value) => value > negligible * (values[0] ?? 0)).length,
      spreads: all.map((weights, i) => spreadOf(weights[name], lengths[i] ?? 0)),
    };
  };
  const linear = sideOf("linear");
  const rows = Array.from({ length: tokenCount }, (_, i) =>
    linear.matrix.values.subarray(i * tokenCount, (i + 1) * tokenCount),
  );
  return {
    input,
    exact: sideOf("exact"),
    linear,
    empty: rows.filter((row) => row.every((weight) => weight === 0)).length,
    uniform: lengths.map((n) => uniformSpread(n, input.causal)),
    features: Number(input.d) + (input.map === "cosine" ? 1 : 0),
  };
}
