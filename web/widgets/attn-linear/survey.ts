import type { Lab } from "../../package/index.js";
import { bandOf, type Band } from "../shared/band.js";
import { matrixOf } from "../shared/matrices/softmax.js";
import { singularValues } from "../shared/matrices/singular-values.js";
import { problemOf, rankOf, spreadOf, tokenCount, uniformWeights, weightsOf, type Draw } from "./measure.js";
import { mapNames, type MapName } from "./schema.js";

/** Lengths at which the spread of the rows is measured. */
export const lengths = [16, 32, 64, 128, 256, 512] as const;
/** Draws of queries and keys behind each band. */
export const drawCount = 9;

export const surveyed = ["exact", ...mapNames] as const;
export type Surveyed = "exact" | MapName;

/** Softmax and every map: rank at the length in view, keys that a row spreads over at all lengths. */
export interface Survey {
  readonly ranks: Readonly<Record<Surveyed, number>>;
  readonly spreads: Readonly<Record<Surveyed, readonly Band[]>>;
  readonly uniform: readonly number[];
  readonly uniformRank: number;
}

/** The first draw is the one in view. */
export const seedOf = (seed: number, draw: number): number => (draw === 0 ? seed : 1000 * seed + draw);

const rankAt = (weights: Float32Array): number =>
  rankOf(singularValues(matrixOf(weights, tokenCount, tokenCount), false).values);

/** Measures all of them on draws of the same kind; yields the share of the work done. */
export function* survey(lab: Lab, draw: Draw): Generator<number, Survey, void> {
  const each = <T>(of: (name: Surveyed) => T): Record<Surveyed, T> =>
    Object.fromEntries(surveyed.map((name) => [name, of(name)])) as Record<Surveyed, T>;
  const found = each(() => lengths.map((): number[] => []));
  const ranks = each(() => 0);
  const total = lengths.reduce((sum, n) => sum + n * n, 0) * drawCount * surveyed.length;
  let done = 0;
  for (let i = 0; i < drawCount; i++) {
    const one = { ...draw, seed: seedOf(draw.seed, i) };
    for (const [at, n] of lengths.entries()) {
      const problem = problemOf(one, n);
      for (const name of surveyed) {
        const weights = weightsOf(lab, one, problem, name);
        found[name][at]?.push(spreadOf(weights, n));
        if (i === 0 && n === tokenCount) ranks[name] = rankAt(weights);
        done += n * n;
        yield done / total;
      }
    }
  }
  return {
    ranks,
    spreads: each((name) => found[name].map(bandOf)),
    uniform: lengths.map((n) => spreadOf(uniformWeights(n, draw), n)),
    uniformRank: rankAt(uniformWeights(tokenCount, draw)),
  };
}
