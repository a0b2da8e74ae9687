import type { Lab } from "../../package/index.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { singularValues, type Decomposition } from "../shared/matrices/singular-values.js";
import { softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { impliedMatrix, inSegments, segmentMeans } from "./landmarks.js";
import { problemOf, scale, tokenCount, width, type Problem, type Tokens } from "./problem.js";
import { mostSteps } from "./schema.js";

/** The root of 13 − 15 w + 7 w² − w³: above it a step makes w negative, and then every step makes it larger. */
export const divergesFrom = 4.1304;

/** What a step multiplies a share w by: (13 − 15 w + 7 w² − w³) / 4. */
export const growth = (w: number): number => (13 - w * (15 - w * (7 - w))) / 4;

export interface InverseInput extends Tokens {
  readonly landmarks: number;
  readonly start: number;
}

export interface Inverse {
  /** In double, from the singular values, after 0, 1, … steps from `start` times the paper's V₀. */
  readonly residuals: readonly number[];
  readonly outputs: readonly number[];
  /** What the kernel does from the paper's own start. */
  readonly kernelResiduals: readonly number[];
  readonly kernelOutputs: readonly number[];
  /** Relative output errors with the pseudo-inverse and of averaging. */
  readonly pinv: number;
  readonly uniform: number;
  /** After 0, 1, … steps, the share w of each singular direction that is right; 1 is all of it. */
  readonly shares: readonly (readonly number[])[];
}

/** The three factors in double precision, from adaptive segments, log counts in F and A. */
export function factorsInDouble({ q, k }: Problem, landmarks: number): Readonly<Record<"f" | "a" | "b", Matrix>> {
  const { means: queries, counts } = segmentMeans(q, landmarks);
  const { means: keys } = segmentMeans(k, landmarks);
  return {
    f: weighted(softmaxAttention(q.data, keys, width, scale), counts),
    a: weighted(softmaxAttention(queries, keys, width, scale), counts),
    b: softmaxAttention(queries, k.data, width, scale),
  };
}

/** Softmax with the logarithms of the counts added: its columns times the counts, its rows brought to 1 again. */
function weighted({ rows, columns, values }: Matrix, counts: readonly number[]): Matrix {
  const result = values.map((value, at) => value * (counts[at % columns] ?? 0));
  for (let i = 0; i < rows; i++) {
    const row = result.subarray(i * columns, (i + 1) * columns);
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, j) => {
      row[j] = value / sum;
    });
  }
  return { rows, columns, values: result };
}

/** The largest sum over a column, and over a row, of a matrix without negative entries: ‖A‖₁ ‖A‖_∞. */
function normProduct({ rows, columns, values }: Matrix): number {
  const [columnSums, rowSums] = [new Float64Array(columns), new Float64Array(rows)];
  values.forEach((value, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    columnSums[j] = (columnSums[j] ?? 0) + value;
    rowSums[i] = (rowSums[i] ?? 0) + value;
  });
  return Math.max(...columnSums) * Math.max(...rowSums);
}

/**
 * With A = U Σ Wᵀ every step keeps V = W diag(g σ) Uᵀ, and w = g σ² becomes w (13 − 15 w + 7 w² − w³) / 4: what the iteration
 * does is known from the singular values. A few milliseconds.
 */
export function inverseOf(lab: Lab, input: InverseInput): Inverse {
  const { landmarks, start } = input;
  const problem = problemOf(input);
  const { q, k, v } = problem;
  const own = inSegments(problem, landmarks);
  const truth = times(softmaxAttention(q.data, k.data, width, scale), v.data, width);
  const off = (matrix: Matrix): number => relativeError(truth, times(matrix, v.data, width));
  const { f, a, b } = factorsInDouble(problem, landmarks);
  const decomposed = singularValues(a);
  const product = normProduct(a);
  const values = decomposed.values;
  const norm = Math.hypot(...values);
  const answered = times(b, v.data, width);
  let gains = values.map(() => start / product);
  const [residuals, outputs, shares]: [number[], number[], number[][]] = [[], [], []];
  for (let step = 0; step <= mostSteps; step++) {
    residuals.push(Math.hypot(...values.map((value, r) => value * (1 - (gains[r] ?? 0) * value * value))) / norm);
    outputs.push(relativeError(truth, times(f, filtered(decomposed, gains, answered), width)));
    const now = Array.from(gains, (gain, r) => gain * (values[r] ?? 0) ** 2);
    shares.push(now);
    gains = gains.map((gain, r) => gain * growth(now[r] ?? 0));
  }
  const kernel = Array.from({ length: mostSteps + 1 }, (_, iterations) => ({
    residual: lab.nystromFactors(q, k, { landmarks, iterations }).residual.data[0] ?? Number.NaN,
    output: off(impliedMatrix(lab, own, { iterations })),
  }));
  return {
    residuals,
    outputs,
    kernelResiduals: kernel.map(({ residual }) => residual),
    kernelOutputs: kernel.map(({ output }) => output),
    pinv: off(impliedMatrix(lab, own, { inverse: "pinv" })),
    uniform: off(uniformAttention(tokenCount, tokenCount)),
    shares,
  };
}

/** W diag(g σ) Uᵀ x. */
function filtered({ scaledLeft, right }: Decomposition, gains: Float64Array, x: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  gains.forEach((gain, r) => {
    const sums = new Float64Array(width);
    scaledLeft[r]?.forEach((value, i) => {
      for (let c = 0; c < width; c++) sums[c] = (sums[c] ?? 0) + gain * value * (x[i * width + c] ?? 0);
    });
    right[r]?.forEach((value, i) => {
      for (let c = 0; c < width; c++) {
        const at = i * width + c;
        result[at] = (result[at] ?? 0) + value * (sums[c] ?? 0);
      }
    });
  });
  return result;
}
