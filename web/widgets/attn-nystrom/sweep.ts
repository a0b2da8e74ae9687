import type { Lab, NystromOptions } from "../../package/index.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { nearestOfRank, singularValues } from "../shared/matrices/singular-values.js";
import { softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { arranged, impliedMatrix } from "./landmarks.js";
import { problemOf, scale, tokenCount, width, type Tokens } from "./problem.js";
import { sourceNames, type SourceName } from "./schema.js";

export const landmarkCounts = [1, 2, 4, 8, 16, 32, 64] as const;

/** Projections that Performer is drawn with. */
export const seedCount = 15;
/** Starts of the clusters: an odd number, so that one of them is in the middle. */
export const startCount = 9;

/** Where the i-th projection, or the i-th start of the clusters, begins. */
export const seedOf = (seed: number, i: number): number => 1000 * seed + i;

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

export interface SweepInput extends Tokens {
  readonly from: SourceName;
}

/** Of so many draws the middle one, and between which two lie four fifths. */
export interface Band {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export interface Sweep {
  readonly from: SourceName;
  /** Relative output errors, by number of landmarks; of the middle start where clusters are the landmarks. */
  readonly errors: Readonly<Record<Middle | "best", readonly number[]>>;
  /** Six steps, by where the landmarks come from. Segments are drawn from nothing: their bands have no width. */
  readonly sources: Readonly<Record<SourceName, readonly Band[]>>;
  /** With as many features. */
  readonly performer: readonly Band[];
  readonly uniform: number;
}

export function bandOf(draws: readonly number[]): Band {
  const sorted = [...draws].sort((a, b) => a - b);
  const [low = NaN, middle = NaN, high = NaN] = [0.1, 0.5, 0.9].map(
    (share) => sorted[Math.round(share * (sorted.length - 1))],
  );
  return { low, middle, high };
}

/** Output error against the number of landmarks; yields the share of the work done. */
export function* sweepLandmarks(lab: Lab, { from, ...tokens }: SweepInput): Generator<number, Sweep, void> {
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
  const sources: Record<SourceName, Band[]> = { segments: [], clusters: [] };
  const performer: Band[] = [];
  for (const [at, landmarks] of landmarkCounts.entries()) {
    for (const source of sourceNames) {
      const names = source === from ? middleNames : (["six"] as const);
      const draws: Record<Middle, number[]> = { none: [], six: [], twelve: [], twenty: [], pinv: [], ridge: [] };
      for (let i = 0; i < (source === "clusters" ? startCount : 1); i++) {
        yield (at + i / startCount) / landmarkCounts.length;
        const own = arranged(lab, problem, { landmarks, from: source, start: seedOf(tokens.seed, i) });
        for (const name of names) draws[name].push(off(impliedMatrix(lab, own, middles[name])));
      }
      if (source === from) for (const name of middleNames) errors[name].push(bandOf(draws[name]).middle);
      sources[source].push(bandOf(draws.six));
    }
    errors.best.push(off(nearestOfRank(decomposed, landmarks)));
    performer.push(
      bandOf(
        Array.from({ length: seedCount }, (_, i) => {
          const drawn = lab.performer(q, k, v, { features: landmarks, seed: seedOf(tokens.seed, i) });
          return relativeError(truth, drawn.data);
        }),
      ),
    );
  }
  return { from, errors, sources, performer, uniform: off(uniformAttention(tokenCount, tokenCount)) };
}
