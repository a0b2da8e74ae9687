import { randomCode, randomNumbers } from "../shared/random.js";

/** Queries and keys of some heads: [heads, n, d] each. */
export interface Keys {
  readonly heads: number;
  readonly queries: number;
  readonly n: number;
  readonly d: number;
  readonly q: Float32Array;
  readonly k: Float32Array;
  /** Whether query i and key i are of the same token, as in a text. */
  readonly paired: boolean;
  /** The tokens of a text. */
  readonly tokens?: readonly string[] | undefined;
}

/** Random keys in all, and random queries. */
export const randomSize = { keys: 4096, queries: 64 } as const;

/**
 * Queries and keys with independent directions, all of length sqrt(d): uniform on that sphere, as the article assumes. The
 * first keys of a longer set are the shorter set: tokens are added, not exchanged.
 */
export function randomKeys(seed: number, d: number, n: number = randomSize.keys): Keys {
  const { normal } = randomNumbers(seed);
  const onSphere = (rows: number): Float32Array => {
    const data = Float32Array.from({ length: rows * d }, normal);
    for (let row = 0; row < rows; row++) {
      const part = data.subarray(row * d, (row + 1) * d);
      const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0));
      part.forEach((value, i) => (part[i] = (value * Math.sqrt(d)) / length));
    }
    return data;
  };
  const q = onSphere(randomSize.queries);
  return { heads: 1, queries: randomSize.queries, n, d, q, k: onSphere(n), paired: false };
}

/** A program's lines that make the same, `q` and `all`. */
export const randomKeysCode = (seed: number, d: number): string => `${randomCode(seed)}
// Directions at random, all of length √d.
const d = ${d};
const onSphere = (rows) => {
  const data = Float32Array.from({ length: rows * d }, normal);
  return lab.rmsNorm(lab.tensor(data, [rows, d]), { eps: 0 });
};
const q = onSphere(${randomSize.queries});
const all = onSphere(${randomSize.keys});

`;

/** One head of several. */
export function headOf({ queries, n, d, q, k, paired }: Keys, head: number): Keys {
  return {
    heads: 1,
    queries,
    n,
    d,
    q: q.subarray(head * queries * d, (head + 1) * queries * d),
    k: k.subarray(head * n * d, (head + 1) * n * d),
    paired,
  };
}
