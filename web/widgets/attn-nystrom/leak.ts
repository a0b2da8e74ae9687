import type { Lab, Tensor } from "../../package/index.js";
import { times } from "../shared/matrices/errors.js";
import { matrixOf, type Matrix } from "../shared/matrices/softmax.js";
import { impliedMatrix, inSegments } from "./landmarks.js";
import { problemOf, tokenCount, width, type Problem, type Tokens } from "./problem.js";

export interface LeakInput extends Tokens {
  readonly landmarks: number;
  readonly iterations: number;
}

/** How far each output moves, relative to itself, when the last token's query and key change sign. */
export interface Leak {
  readonly causal: readonly number[];
  /** The matrix of the factors, its future cut off afterwards, its rows brought to 1 again. */
  readonly masked: readonly number[];
  /** What the package says to `causal`. */
  readonly refusal: string;
}

const turned = ({ data, shape }: Tensor): Tensor => ({
  data: data.map((value, i) => (i < (tokenCount - 1) * width ? value : -value)),
  shape,
});

/** A few milliseconds. */
export function leakOf(lab: Lab, input: LeakInput): Leak {
  const { landmarks, iterations } = input;
  const before = problemOf(input);
  const after = { q: turned(before.q), k: turned(before.k), v: before.v };
  const causal = ({ q, k, v }: Problem): ArrayLike<number> => lab.attention(q, k, v, { causal: true }).data;
  const masked = (problem: Problem): Float64Array =>
    times(cut(impliedMatrix(lab, inSegments(problem, landmarks), { iterations })), problem.v.data, width);
  return {
    causal: moves(causal(before), causal(after)),
    masked: moves(masked(before), masked(after)),
    refusal: refusalOf(lab, before),
  };
}

function moves(before: ArrayLike<number>, after: ArrayLike<number>): number[] {
  return Array.from({ length: tokenCount }, (_, i) => {
    let [difference, norm] = [0, 0];
    for (let at = i * width; at < (i + 1) * width; at++) {
      difference += ((after[at] ?? 0) - (before[at] ?? 0)) ** 2;
      norm += (before[at] ?? 0) ** 2;
    }
    return Math.sqrt(difference / norm);
  });
}

/** A mask laid over the finished matrix, as one might try. */
function cut({ rows, columns, values }: Matrix): Matrix {
  const result = matrixOf(values, rows, columns);
  for (let i = 0; i < rows; i++) {
    const row = result.values.subarray(i * columns, (i + 1) * columns).fill(0, i + 1);
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, j) => {
      row[j] = value / sum;
    });
  }
  return result;
}

function refusalOf(lab: Lab, { q, k, v }: Problem): string {
  try {
    // Types refuse it, too.
    lab.nystromformer(q, k, v, { causal: true as unknown as false });
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "";
}
