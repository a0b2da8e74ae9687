import type { Lab, NystromOptions } from "../../package/index.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { nearestOfRank, singularValues } from "../shared/matrices/singular-values.js";
import { softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { impliedMatrix } from "./matrices.js";
import { problemOf, scale, tokenCount, width, type Tokens } from "./problem.js";

export const landmarkCounts = [1, 2, 4, 8, 16, 32, 64] as const;

/** Projections that Performer is drawn with. */
export const seedCount = 15;

/** What is put between the outer factors. */
export const middles = {
  none: { inverse: "none" },
  six: { iterations: 6 },
  twelve: { iterations: 12 },
  twenty: { iterations: 20 },
  pinv: { inverse: "pinv" },
  ridge: { inverse: "ridge" },
} as const satisfies Record<string, NystromOptions>;
export type Middle = keyof typeof middles;
export const middleNames = Object.keys(middles) as Middle[];

export interface Sweep {
  /** Relative output errors, by number of landmarks. */
  readonly errors: Readonly<Record<Middle | "best", readonly number[]>>;
  /** Performer with as many features: the middle draw, and between which two lie four fifths. */
  readonly performer: readonly { readonly low: number; readonly middle: number; readonly high: number }[];
  readonly uniform: number;
}

/** Output error against the number of landmarks; yields the share of the work done. */
export function* sweepLandmarks(lab: Lab, tokens: Tokens): Generator<number, Sweep, void> {
  const problem = problemOf(tokens);
  const { q, k, v } = problem;
  const exact = softmaxAttention(q.data, k.data, width, scale);
  const truth = times(exact, v.data, width);
  const off = (matrix: Matrix): number => relativeError(truth, times(matrix, v.data, width));
  const decomposed = singularValues(exact);
  const errors: Record<Middle | "best", number[]> = {
    ...{ none: [], six: [], twelve: [], twenty: [], pinv: [], ridge: [] },
    best: [],
  };
  const performer: { low: number; middle: number; high: number }[] = [];
  for (const [at, landmarks] of landmarkCounts.entries()) {
    yield at / landmarkCounts.length;
    for (const name of middleNames)
      errors[name].push(off(impliedMatrix(lab, problem, { landmarks, ...middles[name] })));
    errors.best.push(off(nearestOfRank(decomposed, landmarks)));
    const drawn = Array.from({ length: seedCount }, (_, i) =>
      relativeError(truth, lab.performer(q, k, v, { features: landmarks, seed: 1000 * tokens.seed + i }).data),
    ).sort((a, b) => a - b);
    const [low = NaN, middle = NaN, high = NaN] = [0.1, 0.5, 0.9].map(
      (share) => drawn[Math.round(share * (seedCount - 1))],
    );
    performer.push({ low, middle, high });
  }
  return { errors, performer, uniform: off(uniformAttention(tokenCount, tokenCount)) };
}
