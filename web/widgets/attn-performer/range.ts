import type { Lab, Tensor } from "../../package/index.js";
import { relativeError } from "../shared/matrices/errors.js";
import { problemOf, tokenCount } from "./problem.js";

/** Head size and directions of this view. */
export const [rangeWidth, rangeFeatures] = [16, 64] as const;

/** Largest scaled ‖q‖² of the trials. */
export const largestNorms = [2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 400, 600, 900, 1300, 2000] as const;

/** Ways to evaluate the same estimate in float32. */
export const evaluations = ["safe", "plain", "eps4", "eps6"] as const;
export type Evaluation = (typeof evaluations)[number];

export interface Range {
  /** Relative output error against double precision with the same directions; NaN where no number comes out. */
  readonly errors: Readonly<Record<Evaluation, readonly number[]>>;
  /** What averaging everything would be off by. */
  readonly uniform: readonly number[];
}

/** The same directions, evaluated in four ways, on longer and longer queries and keys; yields the share of the work done. */
export function* rangeOf(lab: Lab, { seed }: { readonly seed: number }): Generator<number, Range, void> {
  const omega = lab.performerProjection(rangeWidth, { features: rangeFeatures, seed });
  const base = problemOf({ tokens: "independent", d: rangeWidth, sigma: 1, seed });
  const longest = largestSquare(base.q) * base.scale;
  const errors: Record<Evaluation, number[]> = { safe: [], plain: [], eps4: [], eps6: [] };
  const uniform: number[] = [];
  for (const [at, norm] of largestNorms.entries()) {
    yield at / largestNorms.length;
    const factor = Math.sqrt(norm / longest);
    const [q, k] = [grown(base.q, factor), grown(base.k, factor)];
    const truth = inDouble(q, k, base.v, omega, base.scale);
    const answers: Readonly<Record<Evaluation, ArrayLike<number>>> = {
      safe: lab.performer(q, k, base.v, { projection: omega }).data,
      plain: plainly(q, k, base.v, omega, base.scale),
      eps4: lab.performer(q, k, base.v, { projection: omega, eps: 1e-4 }).data,
      eps6: lab.performer(q, k, base.v, { projection: omega, eps: 1e-6 }).data,
    };
    for (const name of evaluations) errors[name].push(relativeError(truth, answers[name]));
    uniform.push(relativeError(truth, average(base.v)));
  }
  return { errors, uniform };
}

const grown = ({ data, shape }: Tensor, factor: number): Tensor => ({
  data: data.map((value) => factor * value),
  shape,
});

function largestSquare({ data, shape: [, d = 1] }: Tensor): number {
  let most = 0;
  for (let i = 0; i < data.length; i += d) {
    most = Math.max(
      most,
      data.subarray(i, i + d).reduce((sum, value) => sum + value * value, 0),
    );
  }
  return most;
}

function average({ data, shape: [rows = 0, channels = 1] }: Tensor): Float64Array {
  const means = new Float64Array(channels);
  data.forEach((value, at) => {
    means[at % channels] = (means[at % channels] ?? 0) + value / rows;
  });
  return Float64Array.from(data, (_, at) => means[at % channels] ?? 0);
}

/** Exponents of all features, ω_r.x − ‖x‖²/2 of scaled x, rounded by `round` after each operation. */
function exponents(x: Tensor, omega: Tensor, scale: number, round: (value: number) => number): Float64Array {
  const [m = 0, d = 1] = omega.shape;
  const root = round(Math.sqrt(scale));
  const result = new Float64Array(tokenCount * m);
  for (let i = 0; i < tokenCount; i++) {
    const row = Float64Array.from(x.data.subarray(i * d, (i + 1) * d), (value) => round(root * value));
    const half = row.reduce((sum, value) => round(sum + round(value * value)), 0) / 2;
    for (let r = 0; r < m; r++) {
      const product = row.reduce((sum, value, c) => round(sum + round((omega.data[r * d + c] ?? 0) * value)), 0);
      result[i * m + r] = round(product - half);
    }
  }
  return result;
}

/** Numerator over denominator from features of queries and keys. */
function ratio(
  queries: Float64Array,
  keys: Float64Array,
  v: Tensor,
  m: number,
  round: (value: number) => number,
): Float64Array {
  const [, channels = 1] = v.shape;
  const width = channels + 1;
  const state = new Float64Array(m * width);
  for (let j = 0; j < tokenCount; j++) {
    for (let r = 0; r < m; r++) {
      const feature = keys[j * m + r] ?? 0;
      for (let c = 0; c < width; c++) {
        const value = c < channels ? (v.data[j * channels + c] ?? 0) : 1;
        state[r * width + c] = round((state[r * width + c] ?? 0) + round(feature * value));
      }
    }
  }
  const output = new Float64Array(tokenCount * channels);
  for (let i = 0; i < tokenCount; i++) {
    const sums = new Float64Array(width);
    for (let r = 0; r < m; r++) {
      const feature = queries[i * m + r] ?? 0;
      for (let c = 0; c < width; c++) {
        sums[c] = round((sums[c] ?? 0) + round(feature * (state[r * width + c] ?? 0)));
      }
    }
    for (let c = 0; c < channels; c++) output[i * channels + c] = round((sums[c] ?? 0) / (sums[channels] ?? 0));
  }
  return output;
}

/** As the formula stands, every operation in float32. */
function plainly(q: Tensor, k: Tensor, v: Tensor, omega: Tensor, scale: number): Float64Array {
  const features = (x: Tensor): Float64Array =>
    exponents(x, omega, scale, Math.fround).map((exponent) => Math.fround(Math.exp(exponent)));
  return ratio(features(q), features(k), v, omega.shape[0] ?? 0, Math.fround);
}

const unrounded = (value: number): number => value;

/** In double, exponents taken from their maxima, which cancel: one for each feature of the keys, one for each query. */
function inDouble(q: Tensor, k: Tensor, v: Tensor, omega: Tensor, scale: number): Float64Array {
  const [m = 0] = omega.shape;
  const [queries, keys] = [exponents(q, omega, scale, unrounded), exponents(k, omega, scale, unrounded)];
  const most = new Float64Array(m).fill(-Infinity);
  keys.forEach((value, at) => {
    most[at % m] = Math.max(most[at % m] ?? 0, value);
  });
  const lifted = queries.map((value, at) => value + (most[at % m] ?? 0));
  for (let i = 0; i < tokenCount; i++) {
    const row = lifted.subarray(i * m, (i + 1) * m);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    row.forEach((value, r) => {
      row[r] = Math.exp(value - top);
    });
  }
  return ratio(
    lifted,
    keys.map((value, at) => Math.exp(value - (most[at % m] ?? 0))),
    v,
    m,
    unrounded,
  );
}
