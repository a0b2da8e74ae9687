import type { PerformerDraw, PerformerEstimate, Tensor } from "../../package/index.js";
import { randomCode, randomNumbers } from "../shared/random.js";
import type { DrawName, EstimatorName, TokenName } from "./schema.js";

/** Tokens of every picture. */
export const tokenCount = 48;

/** What queries, keys and values are made of. */
export interface Tokens {
  readonly tokens: TokenName;
  readonly d: number;
  readonly sigma: number;
  readonly seed: number;
}

export interface Problem {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly d: number;
  /** 1/√d */
  readonly scale: number;
}

/** How much of a key is its own token's query, and how much of a token its predecessor. */
const [shared, kept] = [0.8, 0.95];

/**
 * 48 tokens, q and k with standard deviation sigma, v with 1. Independent: every number on its own, as in the usual trial.
 * Smooth: each channel drifts along the sequence, and a key resembles its own token's query, as in a text.
 */
export function problemOf({ tokens, d, sigma, seed }: Tokens): Problem {
  const { normal } = randomNumbers(seed);
  const drift = tokens === "smooth" ? kept : 0;
  const share = tokens === "smooth" ? shared : 0;
  const [x, y, z] = [sequence(), sequence(), sequence()];
  const tensor = (data: Float64Array): Tensor => ({ data: Float32Array.from(data), shape: [tokenCount, d] });
  return {
    q: tensor(x.map((value) => sigma * value)),
    k: tensor(x.map((value, i) => sigma * (share * value + Math.sqrt(1 - share * share) * (y[i] ?? 0)))),
    v: tensor(z),
    d,
    scale: 1 / Math.sqrt(d),
  };

  function sequence(): Float64Array {
    const values = new Float64Array(tokenCount * d);
    for (let i = 0; i < values.length; i++) {
      const noise = normal();
      values[i] = i < d ? noise : drift * (values[i - d] ?? 0) + Math.sqrt(1 - drift * drift) * noise;
    }
    return values;
  }
}

/** A program's lines that make the same `q`, `k` and `v`. */
export const problemCode = ({ tokens, d, sigma, seed }: Tokens): string => `${randomCode(seed)}
const [n, d, sigma, drift, shared] = [${tokenCount}, ${d}, ${sigma}, ${tokens === "smooth" ? `${kept}, ${shared}` : "0, 0"}];
const sequence = () => {
  const values = new Float64Array(n * d);
  for (let i = 0; i < values.length; i++) {
    const noise = normal();
    values[i] = i < d ? noise : drift * values[i - d] + Math.sqrt(1 - drift * drift) * noise;
  }
  return values;
};
const [x, y, z] = [sequence(), sequence(), sequence()];
const q = lab.tensor(Float32Array.from(x, (value) => sigma * value), [n, d]);
const k = lab.tensor(
  Float32Array.from(x, (value, i) => sigma * (shared * value + Math.sqrt(1 - shared * shared) * y[i])),
  [n, d],
);
const v = lab.tensor(Float32Array.from(z), [n, d]);
`;

const draws: Readonly<Record<DrawName, PerformerDraw>> = {
  orthogonal: { orthogonal: true },
  independent: { orthogonal: false },
  quantile: { norms: "quantile" },
  stratified: { norms: "stratified" },
  "sqrt-d": { norms: "sqrt-d" },
};

/** What `lab.performer` is given. Regularized features have norms of their own. */
export function performerOptions(
  estimator: EstimatorName,
  draw: DrawName,
  features: number,
  seed: number,
): PerformerEstimate {
  const { orthogonal = true, norms } = draws[draw];
  const own = estimator === "regularized" || norms === undefined ? {} : { norms };
  return { estimator, features, orthogonal, ...own, seed };
}
