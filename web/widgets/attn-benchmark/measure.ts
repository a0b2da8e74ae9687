import { attention as loopsOver } from "../../../benchmarks/page/contestants/naive.js";
import { check, flops, inputs } from "../../../benchmarks/page/operations/attention.js";
import type { Lab, Tensor, Variant } from "../../package/index.js";
import { timed, type Timed } from "../shared/timing.js";
import type { Ceiling } from "./ceiling.js";
import { sizeOf, type SizeName } from "./schema.js";

export interface MeasureInput {
  readonly size: SizeName;
  /** Samples of each, taken in turn. */
  readonly samples: number;
}

/** What the reader's machine did. */
export interface Measured {
  readonly size: SizeName;
  readonly variant: Variant;
  readonly ours: Timed;
  readonly loops: Timed;
  /** Floating-point operations of one call. */
  readonly flops: number;
  /** GFLOP/s of the arithmetic that the build uses. */
  readonly ceiling: number;
  /** Largest difference of our result from double precision; undefined where the result is wrong. */
  readonly largestError: number;
  readonly correct: boolean;
  /** The ceiling's samples, which do the same every time, differ: something else was running. */
  readonly disturbed: boolean;
}

/** Smallest time one sample must last, in milliseconds: browsers round their clock to 0.1 ms, some to 1 ms. */
const leastSample = 4;
/** Calls before anything is timed, at least, and for so long: engines compile twice. */
const [warmCalls, warmMilliseconds] = [3, 150] as const;
const quietSpread = 0.1;

interface Racer {
  readonly run: () => void;
  /** A run is this part of the work. */
  readonly multiplier: number;
  calls: number;
  readonly times: number[];
}

/** Warms a racer up and finds how many calls make a sample. */
function* prepare(racer: Racer): Generator<number, void, void> {
  const begin = performance.now();
  let fastest = Infinity;
  for (let call = 0; call < warmCalls || performance.now() - begin < warmMilliseconds; call++) {
    fastest = Math.min(fastest, timeOf(racer));
    yield 0;
  }
  racer.calls = Math.max(1, Math.ceil(leastSample / Math.max(fastest, leastSample / 4096)));
}

function timeOf({ run, calls }: Racer): number {
  const begin = performance.now();
  for (let call = 0; call < calls; call++) run();
  return (performance.now() - begin) / calls;
}

/**
 * Exact attention, loops in JavaScript and the machine's ceiling, warmed up and timed in turn, on the inputs, with the
 * loops and held to the double-precision check of the benchmark that made the stored figures.
 */
export function* measure(
  lab: Lab,
  { size: name, samples }: MeasureInput,
  ceiling: Ceiling,
): Generator<number, Measured, void> {
  const size = sizeOf(name);
  const { heads, n, d, causal } = size;
  const given = inputs(size);
  const [q, k, v] = [given.q, given.k, given.v].map((data) => ({ data, shape: [heads, n, d] }));
  if (q === undefined || k === undefined || v === undefined) throw new Error("There are three inputs.");
  let latest: Tensor | undefined;
  const loops = loopsOver(size, given);
  const racer = (run: () => void, multiplier = 1): Racer => ({ run, multiplier, calls: 1, times: [] });
  const ours = racer(() => {
    latest = lab.attention(q, k, v, { causal });
  });
  const theirs = racer(loops.run, loops.multiplier);
  const limit = racer(() => ceiling.run());
  const racers = [ours, theirs, limit];
  for (const one of racers) yield* prepare(one);
  for (let sample = 0; sample < samples; sample++) {
    for (const [index, one] of racers.entries()) {
      one.times.push(timeOf(one) * one.multiplier);
      yield (sample * racers.length + index + 1) / (samples * racers.length);
    }
  }
  const verdict = check(size, given, latest?.data ?? []);
  const limitTimes = timed(limit.times);
  return {
    size: name,
    variant: lab.variant,
    ours: timed(ours.times),
    loops: timed(theirs.times),
    flops: flops(size),
    ceiling: ceiling.flops / limitTimes.milliseconds / 1e6,
    ...verdict,
    disturbed: limitTimes.spread > quietSpread,
  };
}
