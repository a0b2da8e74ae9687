import type { Lab, Tensor } from "../../package/index.js";
import { attentionErrors, type AttentionErrors } from "../shared/matrices/errors.js";
import { matrixOf, softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { impliedMatrix, inSegments } from "./landmarks.js";
import { problemOf, scale, tokenCount, width, type Tokens } from "./problem.js";
import type { StepName } from "./schema.js";

export interface StepsInput extends Tokens {
  readonly landmarks: number;
  readonly iterations: number;
}

/** How the article gets to the method, each step as a matrix of attention weights. */
export interface Steps {
  readonly exact: Matrix;
  readonly matrices: Readonly<Record<StepName, Matrix>>;
  readonly errors: Readonly<Record<StepName | "uniform", AttentionErrors>>;
}

/** As values: the answers are the weights. */
const unitValues: Tensor = {
  data: Float32Array.from({ length: tokenCount ** 2 }, (_, i) => Number(i % (tokenCount + 1) === 0)),
  shape: [tokenCount, tokenCount],
};

/** A few milliseconds. */
export function stepsOf(lab: Lab, input: StepsInput): Steps {
  const { landmarks, iterations } = input;
  const problem = problemOf(input);
  const { q, k, v } = problem;
  const exact = softmaxAttention(q.data, k.data, width, scale);
  const own = inSegments(problem, landmarks);
  // Of the factor of q k, each of the two takes the root.
  const scaled = ({ data, shape }: Tensor): Tensor => ({ data: data.map((x) => Math.sqrt(scale) * x), shape });
  const softmaxes = lab.linearAttention(scaled(q), scaled(k), unitValues, { featureMap: "softmax" });
  const matrices = {
    softmaxes: matrixOf(softmaxes.data, tokenCount, tokenCount),
    landmarks: impliedMatrix(lab, own, { inverse: "none" }),
    middle: impliedMatrix(lab, own, { inverse: "pinv" }),
    iteration: impliedMatrix(lab, own, { iterations }),
  };
  const measure = (matrix: Matrix): AttentionErrors => attentionErrors(exact, matrix, v.data, width);
  return {
    exact,
    matrices,
    errors: {
      softmaxes: measure(matrices.softmaxes),
      landmarks: measure(matrices.landmarks),
      middle: measure(matrices.middle),
      iteration: measure(matrices.iteration),
      uniform: measure(uniformAttention(tokenCount, tokenCount)),
    },
  };
}
