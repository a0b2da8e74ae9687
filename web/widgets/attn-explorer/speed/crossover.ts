import type { Lab, TensorLike } from "../../../package/index.js";
import { summarize } from "../benchmark.js";
import { plainAttention } from "./plain-attention.js";

/** Head size of the measurement. */
export const width = 64;

/** What is timed, in the order of the legend, and how far it goes before a reader would lose patience. */
export const methods = {
  exact: { most: 4096, run: (lab: Lab, q: TensorLike, k: TensorLike, v: TensorLike) => lab.attention(q, k, v) },
  linear: { most: 4096, run: (lab: Lab, q: TensorLike, k: TensorLike, v: TensorLike) => lab.linearAttention(q, k, v) },
  plain: { most: 1024, run: (_lab: Lab, q: TensorLike, k: TensorLike, v: TensorLike) => plainAttention(q, k, v) },
} as const;

export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as MethodName[];

export const lengths = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096] as const;

export interface CrossoverPoint {
  readonly method: MethodName;
  readonly n: number;
  /** Median time of one call, in milliseconds. */
  readonly milliseconds: number;
  readonly disturbed: boolean;
}

export interface Crossover {
  readonly points: readonly CrossoverPoint[];
  readonly variant: string;
  readonly samples: number;
}

/** A sample of less than this is made of several calls: browsers round their clock. */
const leastSample = 3;

/** Times every method at every length on random numbers, one head; yields the share of the work done. */
export function* timeCrossover(
  lab: Lab,
  { samples }: { readonly samples: number },
): Generator<number, Crossover, void> {
  const plan = lengths.flatMap((n) =>
    methodNames.filter((name) => n <= methods[name].most).map((method) => ({ method, n })),
  );
  // Two of the methods grow with n^2, the lengths by 2: most of the time goes into the last few.
  const total = plan.reduce((sum, { n }) => sum + n, 0);
  const points: CrossoverPoint[] = [];
  let done = 0;
  for (const { method, n } of plan) {
    const [q, k, v] = [random(n, 1), random(n, 2), random(n, 3)];
    const run = (calls: number): number => {
      const start = performance.now();
      for (let i = 0; i < calls; i++) methods[method].run(lab, q, k, v);
      return performance.now() - start;
    };
    run(1);
    let calls = 1;
    for (let time = run(calls); time < leastSample && calls < 1 << 14; time = run(calls))
      calls *= time < leastSample / 8 ? 8 : 2;
    yield done / total;
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      times.push(run(calls) / calls);
      yield (done + (n * (sample + 1)) / samples) / total;
    }
    done += n;
    const { milliseconds, disturbed } = summarize(times, 0, lab.variant);
    points.push({ method, n, milliseconds, disturbed });
  }
  return { points, variant: lab.variant, samples };
}

/** Ordinary numbers, the same for every reader. */
function random(n: number, seed: number): TensorLike {
  let state = seed;
  const data = Float32Array.from({ length: n * width }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
  return { data, shape: [n, width] };
}

/** The milliseconds of a method at n; undefined where it was not timed. */
export const timeAt = ({ points }: Crossover, method: MethodName, n: number): number | undefined =>
  points.find((point) => point.method === method && point.n === n)?.milliseconds;

/** From which length on linear attention was faster than the exact one; undefined where it was not at the longest. */
export function crossing(result: Crossover): number | undefined {
  let first: number | undefined;
  for (const n of [...lengths].reverse()) {
    const [linear = Number.NaN, exact = Number.NaN] = [timeAt(result, "linear", n), timeAt(result, "exact", n)];
    if (!(linear < exact)) break;
    first = n;
  }
  return first;
}
