import { attention as loopsOver } from "../../../benchmarks/page/contestants/naive.js";
import { check, flops, inputs } from "../../../benchmarks/page/operations/attention.js";
import type { Lab, Tensor, Variant } from "../../package/index.js";
import type { Timed } from "../shared/timing.js";
import type { Ceiling } from "./ceiling.js";
import { isDisturbed, race, type Racer } from "./race.js";
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
  /**
   * GFLOP/s of the arithmetic that the build uses, on one core: the median, or, where something else was running, that of the
   * fastest sample. Other work only hides a ceiling.
   */
  readonly ceiling: number;
  /** Largest difference of our result from double precision; undefined where the result is wrong. */
  readonly largestError: number;
  readonly correct: boolean;
  /** The ceiling's samples, which do the same every time, differ: something else was running. */
  readonly disturbed: boolean;
}

/** For so long each is warmed up, at least. */
const warmMilliseconds = 150;

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
  const racers: Racer[] = [
    {
      run: () => {
        latest = lab.attention(q, k, v, { causal });
      },
    },
    loops,
    { run: () => ceiling.run() },
  ];
  const [ours, theirs, limit] = yield* race(racers, { samples, warmMilliseconds });
  if (ours === undefined || theirs === undefined || limit === undefined) throw new Error("There are three racers.");
  const verdict = check(size, given, latest?.data ?? []);
  const disturbed = isDisturbed(limit);
  return {
    size: name,
    variant: lab.variant,
    ours,
    loops: theirs,
    flops: flops(size),
    ceiling: ceiling.flops / (disturbed ? limit.fastest : limit.milliseconds) / 1e6,
    ...verdict,
    disturbed,
  };
}
