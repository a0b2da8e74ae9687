import type { Lab } from "./lab.js";
import type { Tensor } from "./tensor.js";

/**
 * What each operation must give for the inputs below: the sum over its result r of r[i] * weight(i), computed in double from
 * the formulas (tests/package/known-answers.test.ts derives them again). The weights differ from entry to entry, so that a
 * wrong entry or two that changed places are seen.
 */
export const KNOWN_ANSWERS = {
  attention: 2.15227,
  attentionWeights: -0.65389,
  matmul: -135.71857,
  softmax: 0.0874,
  logSoftmax: 6.11925,
  layerNorm: -3.60557,
  rmsNorm: -3.99224,
} as const;

export type KnownAnswer = keyof typeof KNOWN_ANSWERS;

/** The sums' entries are of size 1 and rounded to float32; a wrong instruction shows in the first digits. */
const TOLERANCE = 1e-3;

/** Entry i of input number `stream`: exact in float32, between -2 and 2, in no simple order. */
export const knownInput = (stream: number, i: number): number => (((i * 37 + stream * 101 + 11) % 129) - 64) / 32;

/** The weight of entry i of a result. */
export const knownWeight = (i: number): number => (((i * 29 + 7) % 65) - 32) / 32;

/** Sizes that are no multiple of any vector or tile, so that main loops and tails both run. */
export const KNOWN_SIZES = { nQ: 21, nK: 27, d: 19, dV: 13 } as const;

/** Runs every operation once on the fixed inputs; gives the names of those whose result is wrong. */
export function wrongAnswers(lab: Lab): string[] {
  const { nQ, nK, d, dV } = KNOWN_SIZES;
  const input = (stream: number, ...shape: number[]): Tensor => {
    const entries = new Float32Array(shape.reduce((product, size) => product * size));
    return lab.tensor(
      entries.map((_, i) => knownInput(stream, i)),
      shape,
    );
  };
  const [q, k, v, gamma] = [input(1, nQ, d), input(2, nK, d), input(3, nK, dV), input(4, d)] as const;
  const results: Record<KnownAnswer, Tensor> = {
    attention: lab.attention(q, k, v, { causal: true }),
    attentionWeights: lab.attentionWeights(q, k),
    matmul: lab.matmul(q, k, { transposeB: true }),
    softmax: lab.softmax(q),
    logSoftmax: lab.logSoftmax(q),
    layerNorm: lab.layerNorm(q, { gamma }),
    rmsNorm: lab.rmsNorm(q, { gamma }),
  };
  const names = Object.keys(results) as KnownAnswer[];
  return names.filter((name) => {
    const sum = results[name].data.reduce((total, value, i) => total + value * knownWeight(i), 0);
    // Written so that NaN is wrong.
    return !(Math.abs(sum - KNOWN_ANSWERS[name]) <= TOLERANCE);
  });
}
