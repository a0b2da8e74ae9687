import type { Lab, NystromOptions } from "../../package/index.js";
import { attentionErrors, type AttentionErrors } from "../shared/matrices/errors.js";
import { nearestOfRank, singularValues } from "../shared/matrices/singular-values.js";
import { matrixOf, softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { allRows, problemOf, scale, tokenCount, width, type Problem, type Tokens } from "./problem.js";
import type { InverseName } from "./schema.js";

export interface MatricesInput extends Tokens {
  readonly inverse: InverseName;
  readonly landmarks: number;
  readonly iterations: number;
}

/** Softmax attention, the three factors in its place, and their product. */
export interface Matrices {
  readonly exact: Matrix;
  readonly nystrom: Matrix;
  readonly queryFactor: Matrix;
  readonly middle: Matrix;
  readonly keyFactor: Matrix;
  /** |A M A − A| / |A| */
  readonly residual: number;
  readonly errors: Readonly<Record<"kernel" | "nystrom" | "none" | "uniform" | "best", AttentionErrors>>;
}

/** Entry by entry, what `lab.nystromFactors` stands for. */
export function impliedMatrix(lab: Lab, { q, k }: Problem, options: NystromOptions): Matrix {
  return matrixOf(lab.nystromFactors(q, k, options).rows(allRows).data, tokenCount, tokenCount);
}

/** Compares the two. A few milliseconds. */
export function matricesOf(lab: Lab, input: MatricesInput): Matrices {
  const problem = problemOf(input);
  const { q, k, v } = problem;
  const { landmarks, inverse, iterations } = input;
  const exact = softmaxAttention(q.data, k.data, width, scale);
  const factors = lab.nystromFactors(q, k, { landmarks, inverse, iterations });
  const nystrom = matrixOf(factors.rows(allRows).data, tokenCount, tokenCount);
  const measure = (matrix: Matrix): AttentionErrors => attentionErrors(exact, matrix, v.data, width);
  return {
    exact,
    nystrom,
    queryFactor: matrixOf(factors.queryFactor.data, tokenCount, landmarks),
    middle: matrixOf(factors.inverse.data, landmarks, landmarks),
    keyFactor: matrixOf(factors.keyFactor.data, landmarks, tokenCount),
    residual: factors.residual.data[0] ?? Number.NaN,
    errors: {
      kernel: measure(matrixOf(lab.attentionWeights(q, k).data, tokenCount, tokenCount)),
      nystrom: measure(nystrom),
      none: measure(impliedMatrix(lab, problem, { landmarks, inverse: "none" })),
      uniform: measure(uniformAttention(tokenCount, tokenCount)),
      best: measure(nearestOfRank(singularValues(exact), landmarks)),
    },
  };
}
