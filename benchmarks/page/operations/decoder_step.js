/**
 * One token through the exact decoder at a cache length of about 4096, beside reading the cache once.
 */
import { Difference, weighted, weightsOfRow, wrongLength } from "../double.js";
import { normals } from "../random.js";

const TOLERANCE = 2e-5;
/** A step makes the cache longer: after so many it starts anew. */
const STEPS = 64;

export const name = "decoder step";

export const cases = [
  {
    label: "cache 4096, 8 heads x 64",
    heads: 8,
    d: 64,
    prompt: 4096 - STEPS / 2,
    steps: STEPS,
    essential: true,
    who: ({ kind }) => kind === "ours",
  },
];

/** Queries, keys and values of the prompt, and of the one token that all steps bring. */
export function inputs({ heads, d, prompt }) {
  const [cache, token] = [heads * prompt * d, heads * d];
  return {
    q: normals(cache, 1),
    k: normals(cache, 2),
    v: normals(cache, 3),
    stepQ: normals(token, 4),
    stepK: normals(token, 5),
    stepV: normals(token, 6),
  };
}

/** Keys and values are read once; what the step writes is nothing beside that. */
export const traffic = ({ heads, d, prompt, steps }) => ({
  kind: "read",
  floats: 2 * heads * (prompt + steps / 2) * d,
});

/** @param {ArrayLike<number>} result  of the first step after the prompt */
export function check({ heads, d, prompt }, given, result) {
  if (result.length !== heads * d) return wrongLength;
  const difference = new Difference();
  for (let head = 0; head < heads; ++head) {
    const withToken = (cache, token) => {
      const rows = new Float64Array((prompt + 1) * d);
      rows.set(cache.subarray(head * prompt * d, (head + 1) * prompt * d));
      rows.set(token.subarray(head * d, (head + 1) * d), prompt * d);
      return rows;
    };
    const q = given.stepQ.subarray(head * d, (head + 1) * d);
    const weights = weightsOfRow(q, withToken(given.k, given.stepK), { d }, 0, 0, prompt + 1);
    difference.compare(result, head * d, weighted(weights, withToken(given.v, given.stepV), d, 0));
  }
  return difference.verdict(TOLERANCE);
}
