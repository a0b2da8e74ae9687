import type { Lab, Tensor } from "../../../package/index.js";
import { isDisturbed, timeCalls } from "./time-calls.js";

export interface SpeedPoint {
  readonly n: number;
  /** Median time of one call. */
  readonly milliseconds: number;
  /** Something else was running meanwhile. */
  readonly disturbed: boolean;
}

/** Times of several methods, length by length. */
export interface Race<Method extends string> {
  readonly points: Readonly<Record<Method, readonly SpeedPoint[]>>;
  readonly variant: string;
  readonly samples: number;
}

export interface Course<Method extends string> {
  /** Head size of queries, keys and values. */
  readonly width: number;
  readonly lengths: readonly number[];
  /** The median is taken of so many. */
  readonly samples: number;
  /** One call of each method that runs at this length. */
  readonly calls: (q: Tensor, k: Tensor, v: Tensor, n: number) => Readonly<Partial<Record<Method, () => unknown>>>;
}

/** One head of what models have, up to where exact attention takes about a second. */
export const usualCourse = { width: 64, lengths: [128, 256, 512, 1024, 2048, 4096, 8192], samples: 3 } as const;

/** Times all methods on one head of each length, in the order of `methods`; yields the share of the work done. */
export function* race<Method extends string>(
  lab: Lab,
  methods: readonly Method[],
  { width, lengths, samples, calls }: Course<Method>,
): Generator<number, Race<Method>, void> {
  const points = Object.fromEntries(methods.map((method) => [method, [] as SpeedPoint[]])) as Record<
    Method,
    SpeedPoint[]
  >;
  const total = methods.length * lengths.reduce((sum, n) => sum + n, 0);
  let done = 0;
  for (const n of lengths) {
    const [q, k, v] = [ordinary(n, width, 1), ordinary(n, width, 2), ordinary(n, width, 3)];
    const runs = calls(q, k, v, n);
    for (const method of methods) {
      const call = runs[method];
      if (call !== undefined) {
        const steps = timeCalls(call, samples);
        let step = steps.next();
        for (; step.done !== true; step = steps.next()) yield (done + n * step.value) / total;
        points[method].push({ n, milliseconds: step.value.milliseconds, disturbed: isDisturbed(step.value) });
      }
      done += n;
    }
  }
  return { points, variant: lab.variant, samples };
}

/** The milliseconds of a method at n; undefined where it was not timed. */
export const timeAt = (points: readonly SpeedPoint[], n: number): number | undefined =>
  points.find((point) => point.n === n)?.milliseconds;

/** Ordinary numbers between -1 and 1, the same for every reader. */
export function ordinary(n: number, width: number, seed: number): Tensor {
  let state = seed;
  const data = Float32Array.from({ length: n * width }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
  return { data, shape: [n, width] };
}
