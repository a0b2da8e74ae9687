import type { Lab, Scale, TensorLike } from "../../package/index.js";
import { GridBuilder, type Grid } from "../shared/charts/grid.js";
import { visibleKeys } from "./data/attention-data.js";
import type { ScaleName } from "./schema.js";

/** The kernel's option for each scale: 1, 1/sqrt(d), ln(n_i) / (ln 512 sqrt(d)). */
export const scaleOptions: Readonly<Record<ScaleName, Scale>> = { none: 1, sqrt: "sqrt", entropy: "entropy" };

export interface AnalysisInput {
  readonly q: TensorLike;
  readonly k: TensorLike;
  readonly scale: ScaleName;
  readonly causal: boolean;
  /** Most rows and columns of the picture. */
  readonly limit: number;
  /** Scales whose entropies are wanted; the chosen one always is. */
  readonly compare: readonly ScaleName[];
}

/** What the widget shows of one head. */
export interface Analysis {
  /** Weights under the chosen scale, averaged to the limit. */
  readonly grid: Grid;
  /** Entropy of each query's weights in nats, under each scale asked for; NaN for a query that sees nothing. */
  readonly entropy: Readonly<Record<ScaleName, Float64Array>>;
  /** ln n_i, the entropy of even attention; NaN for a query that sees nothing. */
  readonly ceiling: Float64Array;
}

/** Floats of weights held at once: 1 MB. */
const blockSize = 1 << 18;

/**
 * Weights and row entropies of one head, by blocks of queries: never n_q x n_k numbers at once, so 10,000 tokens fit.
 * A causal block is given only the keys its last query sees; as the last query of a call is aligned with its last key,
 * every row of the block then sees what it would see in the whole.
 */
export function* analyze(lab: Lab, input: AnalysisInput): Generator<number, Analysis, void> {
  const { q, k, causal } = input;
  const [nQ = 0, d = 1] = q.shape;
  const [nK = 0] = k.shape;
  const picture = new GridBuilder(nQ, nK, input.limit);
  const empty = (): Float64Array => new Float64Array(nQ).fill(Number.NaN);
  const entropy = { none: empty(), sqrt: empty(), entropy: empty() };
  const ceiling = empty();
  const rows = Math.max(1, Math.min(512, Math.floor(blockSize / Math.max(1, nK))));
  for (let start = 0; start < nQ; start += rows) {
    const end = Math.min(nQ, start + rows);
    const keys = visibleKeys(nQ, nK, causal, end - 1);
    const qBlock = { data: q.data.subarray(start * d, end * d), shape: [end - start, d] };
    const kBlock = { data: k.data.subarray(0, keys * d), shape: [keys, d] };
    for (const scale of new Set([input.scale, ...input.compare])) {
      const { data } = lab.attentionWeights(qBlock, kBlock, { scale: scaleOptions[scale], causal });
      for (let i = start; i < end; i++) {
        const weights = data.subarray((i - start) * keys, (i - start + 1) * keys);
        if (visibleKeys(nQ, nK, causal, i) > 0) entropy[scale][i] = rowEntropy(weights);
        if (scale === input.scale) picture.add(i, weights);
      }
    }
    for (let i = start; i < end; i++) {
      const visible = visibleKeys(nQ, nK, causal, i);
      if (visible > 0) ceiling[i] = Math.log(visible);
    }
    yield end / nQ;
  }
  return { grid: picture.finish(), entropy, ceiling };
}

/** -sum p ln p in double precision; 0 ln 0 = 0. */
export function rowEntropy(weights: Iterable<number>): number {
  let sum = 0;
  for (const weight of weights) {
    if (weight !== 0) sum -= weight * Math.log(weight);
  }
  return sum;
}

/** Mean over the queries that see something; NaN when there is none. */
export function meanEntropy(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** One query's row: weights from the kernel, and the logits they come from. */
export interface Row {
  /** Over all n_k keys; zero where the query does not look. */
  readonly weights: Float32Array;
  /** q.k of the visible keys. */
  readonly products: Float32Array;
  /** Keys the query sees: the leading `visible` ones. */
  readonly visible: number;
  /** Factor before q.k in this row. */
  readonly factor: number;
}

/** The row of query `index` alone; cost 4 n_k d. */
export function rowOf(lab: Lab, input: Omit<AnalysisInput, "limit" | "compare">, index: number): Row {
  const { q, k, causal, scale } = input;
  const [nQ = 0, d = 1] = q.shape;
  const [nK = 0] = k.shape;
  const visible = visibleKeys(nQ, nK, causal, index);
  const query = { data: q.data.subarray(index * d, (index + 1) * d), shape: [1, d] };
  const keys = { data: k.data.subarray(0, visible * d), shape: [visible, d] };
  const weights = new Float32Array(nK);
  weights.set(lab.attentionWeights(query, keys, { scale: scaleOptions[scale] }).data);
  return {
    weights,
    products: lab.matmul(query, keys, { transposeB: true }).data,
    visible,
    factor: scaleFactor(lab, scale, d, visible),
  };
}

/** The number a row's q.k is multiplied by when `n` keys are visible. */
export function scaleFactor(lab: Lab, scale: ScaleName, d: number, n: number): number {
  if (scale === "none") return 1;
  return lab.attentionScale({ d, n: Math.max(1, n), kind: scale });
}

/** Index of the largest weight, the first of equals. */
export function strongest(weights: Float32Array): number {
  let best = 0;
  for (let j = 1; j < weights.length; j++) if ((weights[j] ?? 0) > (weights[best] ?? 0)) best = j;
  return best;
}

/** Visible keys of a row, the largest weight first. */
export function strongestFirst({ weights, visible }: Row): number[] {
  return Array.from({ length: visible }, (_, index) => index).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
}
