import type { Lab, Tensor } from "../../package/index.js";
import { randomNumbers } from "../shared/random.js";
import { timed } from "../shared/timing.js";
import { keptOf, optionsOf, type PatternState } from "./pattern.js";

export const speedWidth = 64;
export const speedLengths = [256, 512, 1024, 2048] as const;
/** A sample of less than this is made of several calls: browsers round their clock. */
const leastSample = 3;
const samples = 3;

export interface SpeedPoint {
  readonly n: number;
  readonly kept: number;
  /** In milliseconds. */
  readonly exact: number;
  readonly sparse: number;
}

export interface Speed {
  readonly points: readonly SpeedPoint[];
  readonly variant: string;
  readonly samples: number;
  readonly disturbed: boolean;
}

/** Times exact attention and the pattern on one head of each length; yields the share of the work done. */
export function* timeSparse(lab: Lab, state: PatternState): Generator<number, Speed, void> {
  const points: SpeedPoint[] = [];
  const options = optionsOf(state);
  const { causal } = state;
  const total = speedLengths.reduce((sum, n) => sum + n * n, 0);
  let [done, disturbed] = [0, false];
  for (const n of speedLengths) {
    const [q, k, v] = [random(n, 1), random(n, 2), random(n, 3)];
    const time = function* (call: () => unknown): Generator<number, number, void> {
      const run = (calls: number): number => {
        const start = performance.now();
        for (let i = 0; i < calls; i++) call();
        return performance.now() - start;
      };
      let calls = 1;
      for (let once = run(1); once < leastSample && calls < 1 << 12; once = run(calls)) calls *= 2;
      yield done / total;
      const times: number[] = [];
      for (let sample = 0; sample < samples; sample++) {
        times.push(run(calls) / calls);
        yield done / total;
      }
      const { milliseconds, spread } = timed(times);
      disturbed ||= spread > 0.5;
      return milliseconds;
    };
    const exact = yield* time(() => lab.attention(q, k, v, { causal }));
    const sparse = yield* time(() => lab.sparseAttention(q, k, v, options));
    points.push({ n, kept: keptOf(lab, n, state), exact, sparse });
    done += n * n;
  }
  return { points, variant: lab.variant, samples, disturbed };
}

function random(n: number, seed: number): Tensor {
  const { normal } = randomNumbers(seed);
  return { data: Float32Array.from({ length: n * speedWidth }, () => normal()), shape: [n, speedWidth] };
}
