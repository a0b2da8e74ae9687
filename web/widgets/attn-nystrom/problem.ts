import type { Tensor } from "../../package/index.js";
import { randomCode, randomNumbers } from "../shared/random.js";
import type { OrderName } from "./schema.js";

/** Tokens of every picture, and the head size. */
export const [tokenCount, width] = [64, 16] as const;

/** What queries, keys and values are made of. */
export interface Tokens {
  readonly drift: number;
  readonly sigma: number;
  readonly order: OrderName;
  readonly seed: number;
}

export interface Problem {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}

/** How much of a key is its own token's query. */
const shared = 0.8;
/** 1/√d */
export const scale = 1 / Math.sqrt(width);

/**
 * 64 tokens, q and k with standard deviation sigma, v with 1: each channel drifts along the sequence, with this correlation
 * from token to token, and a key resembles its own token's query. Shuffled: the same tokens in another order.
 */
export function problemOf({ drift, sigma, order, seed }: Tokens): Problem {
  const { normal, uniform } = randomNumbers(seed);
  const [x, y, z] = [sequence(), sequence(), sequence()];
  const places = Array.from({ length: tokenCount }, (_, i) => i);
  if (order === "shuffled") {
    for (let i = tokenCount - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      [places[i], places[j]] = [places[j] ?? 0, places[i] ?? 0];
    }
  }
  const tensor = (value: (at: number) => number): Tensor => ({
    data: Float32Array.from({ length: tokenCount * width }, (_, i) =>
      value((places[Math.floor(i / width)] ?? 0) * width + (i % width)),
    ),
    shape: [tokenCount, width],
  });
  return {
    q: tensor((i) => sigma * (x[i] ?? 0)),
    k: tensor((i) => sigma * (shared * (x[i] ?? 0) + Math.sqrt(1 - shared * shared) * (y[i] ?? 0))),
    v: tensor((i) => z[i] ?? 0),
  };

  function sequence(): Float64Array {
    const values = new Float64Array(tokenCount * width);
    for (let i = 0; i < values.length; i++) {
      const noise = normal();
      values[i] = i < width ? noise : drift * (values[i - width] ?? 0) + Math.sqrt(1 - drift * drift) * noise;
    }
    return values;
  }
}

/** The same as text, for programs that readers copy. It leaves `q`, `k` and `v`. */
export const problemCode = ({ drift, sigma, order, seed }: Tokens): string => `${randomCode(seed)}
const [n, d, sigma, drift, shared] = [${tokenCount}, ${width}, ${sigma}, ${drift}, ${shared}];
const sequence = () => {
  const values = new Float64Array(n * d);
  for (let i = 0; i < values.length; i++) {
    const noise = normal();
    values[i] = i < d ? noise : drift * values[i - d] + Math.sqrt(1 - drift * drift) * noise;
  }
  return values;
};
const [x, y, z] = [sequence(), sequence(), sequence()];
const places = Array.from({ length: n }, (_, i) => i);
${
  order === "shuffled"
    ? `for (let i = n - 1; i > 0; i--) {
  const j = Math.floor(uniform() * (i + 1));
  [places[i], places[j]] = [places[j], places[i]];
}
`
    : ""
}const tensor = (value) =>
  lab.tensor(Float32Array.from({ length: n * d }, (_, i) => value(places[Math.floor(i / d)] * d + (i % d))), [n, d]);
const q = tensor((i) => sigma * x[i]);
const k = tensor((i) => sigma * (shared * x[i] + Math.sqrt(1 - shared * shared) * y[i]));
const v = tensor((i) => z[i]);
`;

export const allRows = Array.from({ length: tokenCount }, (_, i) => i);
