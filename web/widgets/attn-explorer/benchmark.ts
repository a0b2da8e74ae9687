import type { Lab, TensorLike } from "../../package/index.js";
import { ordinary } from "../shared/speed/race.js";
import { isDisturbed, timeCalls } from "../shared/speed/time-calls.js";
import type { Timed } from "../shared/timing.js";

/** Size of the fair measurement: 8 heads, 1024 tokens, head size 64. */
export const fairSize = { heads: 8, n: 1024, d: 64 } as const;

export interface Timing {
  /** Median time of one call, in milliseconds. */
  readonly milliseconds: number;
  /** Calls or groups of calls the median is taken of. */
  readonly samples: number;
  readonly gigaflops: number;
  readonly variant: string;
  /** Whether something else seems to have run meanwhile. */
  readonly disturbed: boolean;
}

/** Multiply-adds counted as two: q.k and p.v of every pair of tokens. */
export const attentionFlops = (heads: number, nQ: number, nK: number, d: number, dV: number): number =>
  2 * heads * nQ * nK * (d + dV);

/** Shortest sample, in milliseconds. */
const leastSample = 4;

export interface TimingInput {
  readonly q: TensorLike;
  readonly k: TensorLike;
  readonly v: TensorLike;
  readonly samples: number;
}

/** Exact attention of all heads, warmed up, timed in samples of as many calls as the clock needs. */
export function* timeAttention(lab: Lab, { q, k, v, samples }: TimingInput): Generator<number, Timing, void> {
  const options = q.shape[0] === k.shape[0] ? {} : { groupedHeads: true };
  const taken = yield* timeCalls(() => lab.attention(q, k, v, options), samples, leastSample);
  const [heads = 1, nQ = 0, d = 0] = q.shape;
  const [, nK = 0, dV = 0] = v.shape;
  return summarize(taken, attentionFlops(heads, nQ, nK, d, dV), lab.variant);
}

/** The fair measurement on numbers of our own: random directions, the scale of real queries and keys. */
export function* timeFairSize(lab: Lab, { samples }: { readonly samples: number }): Generator<number, Timing, void> {
  const { heads, n, d } = fairSize;
  const shape = [heads, n, d];
  const random = (seed: number): TensorLike => ({ data: ordinary(heads * n, d, seed).data, shape });
  return yield* timeAttention(lab, { q: random(1), k: random(2), v: random(3), samples });
}

/** Median and rate of what was timed. */
export function summarize(taken: Timed, flops: number, variant: string): Timing {
  const { milliseconds, samples } = taken;
  return { milliseconds, samples, gigaflops: flops / milliseconds / 1e6, variant, disturbed: isDisturbed(taken) };
}
