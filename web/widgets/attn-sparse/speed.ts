import type { Lab } from "../../package/index.js";
import { ordinary } from "../shared/speed/race.js";
import { isDisturbed, timeCalls } from "../shared/speed/time-calls.js";
import { keptOf, optionsOf, type PatternState } from "./pattern.js";

export const speedWidth = 64;
export const speedLengths = [256, 512, 1024, 2048] as const;
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
    const [q, k, v] = [ordinary(n, speedWidth, 1), ordinary(n, speedWidth, 2), ordinary(n, speedWidth, 3)];
    const time = function* (call: () => unknown): Generator<number, number, void> {
      const steps = timeCalls(call, samples);
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) yield done / total;
      disturbed ||= isDisturbed(step.value);
      return step.value.milliseconds;
    };
    const exact = yield* time(() => lab.attention(q, k, v, { causal }));
    const sparse = yield* time(() => lab.sparseAttention(q, k, v, options));
    points.push({ n, kept: keptOf(lab, n, state), exact, sparse });
    done += n * n;
  }
  return { points, variant: lab.variant, samples, disturbed };
}
