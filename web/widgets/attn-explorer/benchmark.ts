import type { Lab, TensorLike } from "../../package/index.js";
import { timed } from "../shared/timing.js";

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

/** Smallest time one sample must last: browsers round their clock to 0.1 ms, some to 1 ms. */
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
  const run = (calls: number): number => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) lab.attention(q, k, v, options);
    return performance.now() - start;
  };
  run(2);
  let calls = 1;
  for (let time = run(calls); time < leastSample && calls < 1 << 14; time = run(calls)) {
    calls *= time < leastSample / 8 ? 8 : 2;
    yield 0;
  }
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    times.push(run(calls) / calls);
    yield (sample + 1) / samples;
  }
  const [heads = 1, nQ = 0, d = 0] = q.shape;
  const [, nK = 0, dV = 0] = v.shape;
  return summarize(times, attentionFlops(heads, nQ, nK, d, dV), lab.variant);
}

/** The fair measurement on numbers of our own: random directions, the scale of real queries and keys. */
export function* timeFairSize(lab: Lab, { samples }: { readonly samples: number }): Generator<number, Timing, void> {
  const { heads, n, d } = fairSize;
  const shape = [heads, n, d];
  let seed = 1;
  // A small generator of its own: the numbers only have to be ordinary.
  const noise = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed / 2 ** 31;
  };
  const random = (): TensorLike => ({ data: Float32Array.from({ length: heads * n * d }, noise), shape });
  return yield* timeAttention(lab, { q: random(), k: random(), v: random(), samples });
}

/** Something else was running where the third quartile is longer than the first by more than this. */
const quietSpread = 0.5;

/** Median and rate of sample times in milliseconds. */
export function summarize(times: readonly number[], flops: number, variant: string): Timing {
  const { milliseconds, samples, spread } = timed(times);
  return { milliseconds, samples, gigaflops: flops / milliseconds / 1e6, variant, disturbed: spread > quietSpread };
}
