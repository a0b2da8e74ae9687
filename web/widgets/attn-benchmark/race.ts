import { timed, type Timed } from "../shared/timing.js";

/** Smallest time one sample must last, in milliseconds: browsers round their clock to 0.1 ms, some to 1 ms. */
const leastSample = 4;
/** Turns before anything is timed, at least: engines compile twice. */
const warmTurns = 3;
/** The ceiling does the same every time: where the middle half of its samples is wider, something else was running. */
const quietSpread = 0.1;

/** Something to be timed. */
export interface Racer {
  readonly run: () => void;
  /** A run is this part of the work, 1 by default. */
  readonly multiplier?: number;
}

interface Entry extends Required<Racer> {
  calls: number;
  readonly times: number[];
}

export interface RaceOptions {
  /** Samples of each, taken in turn. */
  readonly samples: number;
  /** How long each is warmed up, at least. */
  readonly warmMilliseconds: number;
}

function timeOf({ run, calls }: Entry): number {
  const begin = performance.now();
  for (let call = 0; call < calls; call++) run();
  return (performance.now() - begin) / calls;
}

/** Warms up, finds how many calls make a sample, and takes samples of all in turn; yields the share that is done. */
export function* race(
  racers: readonly Racer[],
  { samples, warmMilliseconds }: RaceOptions,
): Generator<number, Timed[], void> {
  const entries = racers.map(({ run, multiplier = 1 }): Entry => ({ run, multiplier, calls: 1, times: [] }));
  for (const entry of entries) {
    const begin = performance.now();
    // By doubling: a single short call lasts no time at all by a clock that is rounded.
    for (
      let turn = 0, last = 0;
      turn < warmTurns || last < leastSample || performance.now() - begin < warmMilliseconds;
      turn++
    ) {
      if (turn > 0 && last < leastSample) entry.calls *= 2;
      last = timeOf(entry) * entry.calls;
      yield 0;
    }
  }
  for (let sample = 0; sample < samples; sample++) {
    for (const [index, entry] of entries.entries()) {
      entry.times.push(timeOf(entry) * entry.multiplier);
      yield (sample * entries.length + index + 1) / (samples * entries.length);
    }
  }
  return entries.map(({ times }) => timed(times));
}

/** Whether the samples of the ceiling disagree. */
export const isDisturbed = ({ spread }: Timed): boolean => spread > quietSpread;
