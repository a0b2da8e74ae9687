import type { Lab, Tensor } from "../../package/index.js";
import { randomNumbers } from "../shared/random.js";
import { timed } from "../shared/timing.js";

export const speedWidth = 64;
export const speedLengths = [128, 256, 512, 1024, 2048, 4096, 8192] as const;
export const timedMethods = ["exact", "performer"] as const;
export type TimedMethod = (typeof timedMethods)[number];

/** A sample of less than this is made of several calls: browsers round their clock. */
const leastSample = 3;
const samples = 3;

export interface SpeedPoint {
  readonly n: number;
  readonly milliseconds: number;
}

export interface Speed {
  readonly features: number;
  readonly points: Readonly<Record<TimedMethod, readonly SpeedPoint[]>>;
  readonly variant: string;
  readonly samples: number;
  /** Where the two lines cross, between the lengths that were timed; undefined where they do not. */
  readonly crossing: number | undefined;
  readonly disturbed: boolean;
}

/** Times both on one head of each length, the projection drawn before; yields the share of the work done. */
export function* timeSpeed(lab: Lab, { features }: { readonly features: number }): Generator<number, Speed, void> {
  const points: Record<TimedMethod, SpeedPoint[]> = { exact: [], performer: [] };
  const projection = lab.performerProjection(speedWidth, { features });
  const total = speedLengths.reduce((sum, n) => sum + n, 0);
  let [done, disturbed] = [0, false];
  for (const n of speedLengths) {
    const [q, k, v] = [random(n, 1), random(n, 2), random(n, 3)];
    const methods = {
      exact: () => lab.attention(q, k, v),
      performer: () => lab.performer(q, k, v, { projection }),
    } as const satisfies Record<TimedMethod, () => unknown>;
    for (const method of timedMethods) {
      const run = (calls: number): number => {
        const start = performance.now();
        for (let i = 0; i < calls; i++) methods[method]();
        return performance.now() - start;
      };
      let calls = 1;
      for (let time = run(1); time < leastSample && calls < 1 << 14; time = run(calls)) {
        calls *= time < leastSample / 8 ? 8 : 2;
      }
      yield done / total;
      const times: number[] = [];
      for (let sample = 0; sample < samples; sample++) {
        times.push(run(calls) / calls);
        yield done / total;
      }
      const { milliseconds, spread } = timed(times);
      disturbed ||= spread > 0.5;
      points[method].push({ n, milliseconds });
      done += n / timedMethods.length;
    }
  }
  return { features, points, variant: lab.variant, samples, crossing: crossingOf(points), disturbed };
}

/** Where Performer has become the faster one for good, on straight lines between the points over logarithmic axes. */
export function crossingOf({ exact, performer }: Speed["points"]): number | undefined {
  const leads = exact.map(({ milliseconds }, i) => Math.log(milliseconds / (performer[i]?.milliseconds ?? Number.NaN)));
  const last = leads.reduce((latest, lead, i) => (lead > 0 ? latest : i), -1);
  const [from, to] = [exact[last], exact[last + 1]];
  if (from === undefined || to === undefined) return undefined;
  const share = (leads[last] ?? 0) / ((leads[last] ?? 0) - (leads[last + 1] ?? 0));
  return from.n * (to.n / from.n) ** share;
}

/** Ordinary numbers of the size at which the method is of use. */
function random(n: number, seed: number): Tensor {
  const { normal } = randomNumbers(seed);
  return { data: Float32Array.from({ length: n * speedWidth }, () => 0.5 * normal()), shape: [n, speedWidth] };
}
