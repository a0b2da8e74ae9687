import type { Lab, Tensor } from "../../package/index.js";
import { attentionErrors, type AttentionErrors } from "../shared/matrices/errors.js";
import { nearestOfRank, singularValues } from "../shared/matrices/singular-values.js";
import { matrixOf, softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { performerOptions, problemOf, tokenCount, type Tokens } from "./problem.js";
import type { DrawName, EstimatorName } from "./schema.js";

export interface MatricesInput extends Tokens {
  readonly estimator: EstimatorName;
  readonly draw: DrawName;
  readonly features: number;
}

/** Softmax attention and what a Performer makes of it, entry by entry. */
export interface Matrices {
  readonly exact: Matrix;
  readonly performer: Matrix;
  /** Descending. */
  readonly exactValues: Float64Array;
  readonly performerValues: Float64Array;
  /** Features: two for each direction with some estimators. No rank is larger. */
  readonly width: number;
  readonly errors: Readonly<Record<"kernel" | "performer" | "uniform" | "best", AttentionErrors>>;
  /** Share of the estimated kernel that is negative, and rows whose sum is not positive. */
  readonly negative: number;
  readonly lostRows: number;
  /** The middle one of the relative standard deviations that theory gives the entries; NaN where it gives none. */
  readonly spread: number;
}

/** Attention weights, as the answers to the unit vectors as values. */
const unitValues = (): Tensor => {
  const data = new Float32Array(tokenCount * tokenCount);
  for (let i = 0; i < tokenCount; i++) data[i * (tokenCount + 1)] = 1;
  return { data, shape: [tokenCount, tokenCount] };
};

/** Compares the two. A few milliseconds. */
export function matricesOf(lab: Lab, input: MatricesInput): Matrices {
  const { q, k, v, d, scale } = problemOf(input);
  const { estimator, features } = input;
  const options = performerOptions(estimator, input.draw, features, input.seed);
  const exact = softmaxAttention(q.data, k.data, d, scale);
  const square = (values: ArrayLike<number>): Matrix => matrixOf(values, tokenCount, tokenCount);
  const performer = square(lab.performer(q, k, unitValues(), options).data);
  const decomposed = singularValues(exact);
  const width = estimator === "hyperbolic" || estimator === "trigonometric" ? 2 * features : features;
  // Only these features have signs.
  const kernel = estimator === "trigonometric" ? lab.performerKernel(q, k, options).data : new Float32Array();
  const measure = (matrix: Matrix): AttentionErrors => attentionErrors(exact, matrix, v.data, d);
  const sums = Array.from({ length: kernel.length / tokenCount }, (_, i) =>
    kernel.subarray(i * tokenCount, (i + 1) * tokenCount).reduce((a, b) => a + b, 0),
  );
  return {
    exact,
    performer,
    exactValues: decomposed.values,
    performerValues: performer.values.every(Number.isFinite)
      ? singularValues(performer, false).values
      : new Float64Array(),
    width,
    errors: {
      kernel: measure(square(lab.attentionWeights(q, k).data)),
      performer: measure(performer),
      uniform: measure(uniformAttention(tokenCount, tokenCount)),
      best: measure(nearestOfRank(decomposed, width)),
    },
    negative: kernel.filter((value) => value < 0).length / Math.max(1, kernel.length),
    lostRows: sums.filter((sum) => !(sum > 0)).length,
    spread: spreadOf(lab, q, k, scale, input),
  };
}

function spreadOf(lab: Lab, q: Tensor, k: Tensor, scale: number, { estimator, features, d }: MatricesInput): number {
  if (estimator === "regularized" || estimator === "relu") return Number.NaN;
  const { data } = lab.performerVariance(q, k, { estimator, features });
  const spreads = Array.from(data, (variance, at) => {
    const [i, j] = [Math.floor(at / tokenCount), at % tokenCount];
    let dot = 0;
    for (let c = 0; c < d; c++) dot += (q.data[i * d + c] ?? 0) * (k.data[j * d + c] ?? 0);
    return Math.sqrt(variance) / Math.exp(scale * dot);
  }).sort((a, b) => a - b);
  return spreads[Math.floor(spreads.length / 2)] ?? Number.NaN;
}
