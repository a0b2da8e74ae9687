import type { Lab } from "../../package/index.js";
import { attentionErrors, type AttentionErrors } from "../shared/matrices/errors.js";
import { nearestOfRank, singularValues } from "../shared/matrices/singular-values.js";
import { matrixOf, softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { arranged, betweenLandmarks, columnsOf, impliedMatrix, rowsOf, type Arranged } from "./landmarks.js";
import { problemOf, scale, tokenCount, width, type Tokens } from "./problem.js";
import type { InverseName, SourceName } from "./schema.js";

export interface MatricesInput extends Tokens {
  readonly inverse: InverseName;
  readonly landmarks: number;
  readonly from: SourceName;
  readonly iterations: number;
}

/** Softmax attention, the three factors in its place, and their product. */
export interface Matrices {
  readonly exact: Matrix;
  readonly nystrom: Matrix;
  readonly queryFactor: Matrix;
  readonly between: Matrix;
  readonly middle: Matrix;
  readonly keyFactor: Matrix;
  /** |A M A − A| / |A| */
  readonly residual: number;
  readonly rounds: Arranged["rounds"];
  /** `rival`: with the landmarks from the other source. */
  readonly errors: Readonly<Record<"kernel" | "nystrom" | "rival" | "none" | "uniform" | "best", AttentionErrors>>;
}

export const otherSource = (from: SourceName): SourceName => (from === "segments" ? "clusters" : "segments");

/** Compares the two. A few milliseconds. */
export function matricesOf(lab: Lab, input: MatricesInput): Matrices {
  const problem = problemOf(input);
  const { q, k, v } = problem;
  const { landmarks, from, inverse, iterations, seed } = input;
  const exact = softmaxAttention(q.data, k.data, width, scale);
  const middle = { inverse, iterations };
  const own = arranged(lab, problem, { landmarks, from, start: seed });
  const rival = arranged(lab, problem, { landmarks, from: otherSource(from), start: seed });
  const factors = lab.nystromFactors(own.q, own.k, { ...own.options, ...middle });
  const nystrom = impliedMatrix(lab, own, middle);
  const measure = (matrix: Matrix): AttentionErrors => attentionErrors(exact, matrix, v.data, width);
  return {
    exact,
    nystrom,
    queryFactor: rowsOf(factors.queryFactor, own.rows),
    between: betweenLandmarks(lab, own, landmarks),
    middle: matrixOf(factors.inverse.data, landmarks, landmarks),
    keyFactor: columnsOf(factors.keyFactor, own.columns),
    residual: factors.residual.data[0] ?? Number.NaN,
    rounds: own.rounds,
    errors: {
      kernel: measure(matrixOf(lab.attentionWeights(q, k).data, tokenCount, tokenCount)),
      nystrom: measure(nystrom),
      rival: measure(impliedMatrix(lab, rival, middle)),
      none: measure(impliedMatrix(lab, own, { inverse: "none" })),
      uniform: measure(uniformAttention(tokenCount, tokenCount)),
      best: measure(nearestOfRank(singularValues(exact), landmarks)),
    },
  };
}
