import type { Lab } from "../../../package/index.js";
import type { Row } from "../analysis.js";

/** What a reader chooses in this view. */
export interface StepsOptions {
  /** Keys per tile. */
  readonly tile: number;
  /** Tiles taken up so far, from 1; 0 for all. */
  readonly step: number;
  /** Factor on all logits, to make the row sharper. */
  readonly sharpness: number;
  /** Do not rescale what earlier tiles left. */
  readonly forget: boolean;
  /** Do not subtract the maximum. */
  readonly raw: boolean;
}

/** A row of logits on its way through the online softmax. */
export interface Steps {
  readonly tile: number;
  readonly tiles: number;
  /** From 1 to `tiles`. */
  readonly step: number;
  /** Keys taken up so far. */
  readonly seen: number;
  readonly logits: Float32Array;
  /** Running maximum and denominator after every tile. */
  readonly maximum: Float32Array;
  readonly denominator: Float32Array;
  /** After the step: the weight of every key as the kernel's arithmetic has it, and in double precision. */
  readonly weights: Float64Array;
  readonly exact: Float64Array;
  /** Largest distance between the two; NaN where a weight is not a number. */
  readonly error: number;
}

/** Runs the kernels' online softmax over a row, and the plain softmax of the same keys in double precision beside it. */
export function stepsOf(lab: Lab, row: Row, options: StepsOptions): Steps {
  const n = row.visible;
  const logits = row.products.map((product) => product * row.factor * options.sharpness);
  const tile = Math.max(1, Math.min(options.tile, n));
  const tiles = Math.ceil(n / tile);
  const step = options.step === 0 ? tiles : Math.min(options.step, tiles);
  const { maximum, denominator, accumulated } = lab.onlineSoftmax(
    { data: logits, shape: [n] },
    { tile, rescale: !options.forget, subtractMaximum: !options.raw },
  );
  const seen = Math.min(n, step * tile);
  const sum = denominator.data[step - 1] ?? Number.NaN;
  const factors = accumulated.data.subarray((step - 1) * n, step * n);
  const weights = Float64Array.from(factors, (factor, j) => (j < seen ? factor / sum : 0));
  const exact = softmaxInDouble(logits, seen);
  const error = weights.reduce((most, weight, j) => Math.max(most, Math.abs(weight - (exact[j] ?? 0))), 0);
  return {
    tile,
    tiles,
    step,
    seen,
    logits,
    maximum: maximum.data,
    denominator: denominator.data,
    weights,
    exact,
    error,
  };
}

/** Softmax of the first `count` logits in double precision; 0 for the others. */
function softmaxInDouble(logits: Float32Array, count: number): Float64Array {
  const seen = Float64Array.from(logits.subarray(0, count));
  const most = seen.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = seen.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float64Array.from(logits, (_, j) => (powers[j] ?? 0) / sum);
}
