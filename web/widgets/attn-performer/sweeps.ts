import type { Lab, Tensor } from "../../package/index.js";
import { bandOf, type Band as Draws } from "../shared/band.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { softmaxAttention, uniformAttention } from "../shared/matrices/softmax.js";
import { performerOptions, problemOf, tokenCount, type Problem, type Tokens } from "./problem.js";
import type { DrawName } from "./schema.js";
import { errorOfOneFeature } from "./theory.js";

/** Projections drawn for every point: as many as the paper has in its figure. */
export const seedCount = 15;
export const featureCounts = [4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;
export const comparedDraws = ["independent", "orthogonal", "quantile"] as const satisfies readonly DrawName[];
export const sigmas = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.15, 1.3, 1.5] as const;

/** Relative output errors over the seeds. */
export interface Band extends Draws {
  readonly x: number;
}

const bandAt = (x: number, errors: readonly number[]): Band => ({ x, ...bandOf(errors) });

interface Truth {
  readonly output: Float64Array;
  /** Relative output error of averaging everything. */
  readonly uniform: number;
}

function truthOf({ q, k, v, d, scale }: Problem): Truth {
  const output = times(softmaxAttention(q.data, k.data, d, scale), v.data, d);
  const averaged = times(uniformAttention(tokenCount, tokenCount), v.data, d);
  return { output, uniform: relativeError(output, averaged) };
}

export interface FeatureSweep {
  readonly bands: Readonly<Record<(typeof comparedDraws)[number], readonly Band[]>>;
  readonly uniform: number;
  /** Relative error of one independent feature, by theory; over √m it is that of m. */
  readonly theory: number;
}

/** Output error against the number of features, for three ways to draw them; yields the share of the work done. */
export function* sweepFeatures(lab: Lab, tokens: Tokens): Generator<number, FeatureSweep, void> {
  const problem = problemOf(tokens);
  const { q, k, v } = problem;
  const truth = truthOf(problem);
  const bands: Record<(typeof comparedDraws)[number], Band[]> = { independent: [], orthogonal: [], quantile: [] };
  const total = comparedDraws.length * featureCounts.reduce((sum, m) => sum + m, 0);
  let done = 0;
  for (const m of featureCounts) {
    for (const draw of comparedDraws) {
      const errors: number[] = [];
      for (let i = 0; i < seedCount; i++) {
        const output = lab.performer(q, k, v, performerOptions("positive", draw, m, seedOf(tokens.seed, i)));
        errors.push(relativeError(truth.output, output.data));
        yield (done + (m * (i + 1)) / seedCount) / total;
      }
      bands[draw].push(bandAt(m, errors));
      done += m;
    }
  }
  return { bands, uniform: truth.uniform, theory: errorOfOneFeature(problem) };
}

export interface NormsInput extends Tokens {
  readonly draw: DrawName;
  readonly features: number;
}

export interface NormSweep {
  /** For the number of features in hand, and for sixteen times as many. */
  readonly few: readonly Band[];
  readonly many: readonly Band[];
  readonly uniform: readonly (readonly [sigma: number, error: number])[];
  /** For the number of features in hand, were errors small and directions independent. */
  readonly theory: readonly (readonly [sigma: number, error: number])[];
  /** Middle of e^‖q+k‖² − 1, which over m is the relative variance of an entry. */
  readonly variance: readonly (readonly [sigma: number, variance: number])[];
}

export const manyTimes = 16;

/** Output error against the standard deviation of q and k; yields the share of the work done. */
export function* sweepNorms(lab: Lab, input: NormsInput): Generator<number, NormSweep, void> {
  const { draw, features, seed, d } = input;
  const drawn = (m: number): Tensor[] =>
    Array.from({ length: seedCount }, (_, i) => {
      const { orthogonal, norms, seed: own } = performerOptions("positive", draw, m, seedOf(seed, i));
      return lab.performerProjection(d, { features: m, orthogonal, norms, seed: own });
    });
  yield 0;
  const projections = { few: drawn(features), many: drawn(manyTimes * features) };
  const result = {
    few: [] as Band[],
    many: [] as Band[],
    uniform: [] as [number, number][],
    theory: [] as [number, number][],
    variance: [] as [number, number][],
  };
  for (const [at, sigma] of sigmas.entries()) {
    const problem = problemOf({ ...input, sigma });
    const { q, k, v } = problem;
    const truth = truthOf(problem);
    for (const which of ["few", "many"] as const) {
      const errors = projections[which].map((projection) =>
        relativeError(truth.output, lab.performer(q, k, v, { projection }).data),
      );
      result[which].push(bandAt(sigma, errors));
      yield (at + (which === "few" ? 0.1 : 1)) / sigmas.length;
    }
    result.uniform.push([sigma, truth.uniform]);
    result.theory.push([sigma, errorOfOneFeature(problem) / Math.sqrt(features)]);
    result.variance.push([sigma, varianceOf(problem)]);
  }
  return result;
}

/** The middle of e^‖q_i+k_j‖² − 1 over all pairs, of scaled q and k. */
function varianceOf({ q, k, d, scale }: Problem): number {
  const norms: number[] = [];
  for (let i = 0; i < tokenCount; i++) {
    for (let j = 0; j < tokenCount; j++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += ((q.data[i * d + c] ?? 0) + (k.data[j * d + c] ?? 0)) ** 2;
      norms.push(scale * sum);
    }
  }
  norms.sort((a, b) => a - b);
  return Math.expm1(norms[norms.length >> 1] ?? Number.NaN);
}

/** Seeds of a point's projections. */
export const seedOf = (seed: number, i: number): number => 1000 * seed + i;
