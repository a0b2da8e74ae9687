import type { Lab, TensorLike } from "../../package/index.js";
import { bandOf, type Band } from "../shared/band.js";
import { attentionErrors, relativeError, times, type AttentionErrors } from "../shared/matrices/errors.js";
import { nearestOfRank, singularValues } from "../shared/matrices/singular-values.js";
import { matrixOf, softmaxAttention, uniformAttention, type Matrix } from "../shared/matrices/softmax.js";
import { shapeOf, type Heads } from "./heads.js";
import { apply, methodNames, type MethodName } from "./methods.js";

/** Draws of the Performer behind its band. */
export const seedCount = 9;

export interface HeadsInput {
  readonly heads: Heads;
  readonly budget: number;
  readonly seed: number;
}

/** Most tokens for which every head's best approximation is found: it takes the third power of their number. */
const mostDecomposed = 64;

/** Relative output errors of every head. */
export interface HeadsMeasured {
  readonly budget: number;
  readonly n: number;
  readonly heads: number;
  readonly errors: Readonly<Record<Exclude<MethodName, "performer"> | "uniform", readonly number[]>>;
  /** Of the nearest matrix of a rank as large as the budget; none for long texts. */
  readonly best: readonly number[] | undefined;
  /** Over the draws. */
  readonly performer: readonly Band[];
}

export const seedOf = (seed: number, draw: number): number => 1000 * seed + draw;

/** Every method on every head; yields the share of the work done. */
export function* measureHeads(lab: Lab, { heads, budget, seed }: HeadsInput): Generator<number, HeadsMeasured, void> {
  const { q, k, v } = heads;
  const { heads: count, n, d, dV } = shapeOf(heads);
  const scale = 1 / Math.sqrt(d);
  const exact: Float64Array[] = [];
  const uniform: number[] = [];
  const best: number[] = [];
  for (let head = 0; head < count; head++) {
    const values = v.data.subarray(head * n * dV, (head + 1) * n * dV);
    const of = ({ data }: TensorLike): Float32Array => data.subarray(head * n * d, (head + 1) * n * d);
    const matrix = softmaxAttention(of(q), of(k), d, scale);
    const output = times(matrix, values, dV);
    exact.push(output);
    if (n <= mostDecomposed) {
      best.push(relativeError(output, times(nearestOfRank(singularValues(matrix), budget), values, dV)));
    }
    uniform.push(relativeError(output, times(uniformAttention(n, n), values, dV)));
    yield (0.3 * (head + 1)) / count;
  }
  const errorsOf = (method: MethodName, own: number): number[] => {
    const output = apply(lab, method, q, k, v, budget, own);
    return exact.map((one, head) => relativeError(one, output.subarray(head * n * dV, (head + 1) * n * dV)));
  };
  const draws: number[][] = [];
  for (let draw = 0; draw < seedCount; draw++) {
    draws.push(errorsOf("performer", seedOf(seed, draw)));
    yield 0.3 + (0.6 * (draw + 1)) / seedCount;
  }
  return {
    budget,
    n,
    heads: count,
    errors: {
      nystrom: errorsOf("nystrom", seed),
      linear: errorsOf("linear", seed),
      sparse: errorsOf("sparse", seed),
      uniform,
    },
    best: n <= mostDecomposed ? best : undefined,
    performer: exact.map((_, head) => bandOf(draws.map((errors) => errors[head] ?? Number.NaN))),
  };
}

export interface LayersInput {
  readonly layers: readonly Heads[];
  readonly budget: number;
  readonly seed: number;
}

/** Every head of every layer under every method; yields the share of the work done. */
export function* measureLayers(
  lab: Lab,
  { layers, budget, seed }: LayersInput,
): Generator<number, readonly HeadsMeasured[], void> {
  const measured: HeadsMeasured[] = [];
  for (const [at, heads] of layers.entries()) {
    const steps = measureHeads(lab, { heads, budget, seed });
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield (at + step.value) / layers.length;
    measured.push(step.value);
  }
  return measured;
}

export interface HeadInput extends HeadsInput {
  /** From 0. */
  readonly head: number;
}

/** One head's attention matrices, and the ruler laid on each. */
export interface HeadMeasured {
  readonly budget: number;
  readonly head: number;
  readonly exact: Matrix;
  readonly matrices: Readonly<Record<MethodName, Matrix>>;
  readonly errors: Readonly<Record<MethodName | "uniform" | "best", AttentionErrors>>;
}

/** The matrices are the answers to the unit vectors as values; yields the share of the work done. */
export function* measureHead(lab: Lab, input: HeadInput): Generator<number, HeadMeasured, void> {
  const { heads, budget, seed, head } = input;
  const { n, d, dV } = shapeOf(heads);
  const of = ({ data }: TensorLike, width: number): TensorLike => ({
    data: data.slice(head * n * width, (head + 1) * n * width),
    shape: [n, width],
  });
  const [q, k, v] = [of(heads.q, d), of(heads.k, d), of(heads.v, dV)];
  const unit = new Float32Array(n * n);
  for (let i = 0; i < n; i++) unit[i * (n + 1)] = 1;
  const exact = softmaxAttention(q.data, k.data, d, 1 / Math.sqrt(d));
  yield 0.1;
  const made = methodNames.map((method) => {
    const values = apply(lab, method, q, k, { data: unit, shape: [n, n] }, budget, seedOf(seed, 0));
    return [method, matrixOf(values, n, n)] as const;
  });
  yield 0.3;
  const matrices = Object.fromEntries(made) as Record<MethodName, Matrix>;
  const measure = (matrix: Matrix): AttentionErrors => attentionErrors(exact, matrix, v.data, dV);
  const errors = Object.fromEntries(made.map(([method, matrix]) => [method, measure(matrix)]));
  const best = nearestOfRank(singularValues(exact), budget);
  return {
    budget,
    head,
    exact,
    matrices,
    errors: {
      ...(errors as Record<MethodName, AttentionErrors>),
      uniform: measure(uniformAttention(n, n)),
      best: measure(best),
    },
  };
}
