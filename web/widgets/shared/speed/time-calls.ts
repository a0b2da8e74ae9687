import { timed, type Timed } from "../timing.js";

/** Something else was running where the quartiles are further apart than this. */
export const isDisturbed = ({ spread }: Timed): boolean => spread > 0.5;

/** A call that takes longer is warm after one. */
const long = 100;
const mostCalls = 1 << 14;

/**
 * Times `call`, warmed up, in samples of as many calls as last `least` milliseconds: browsers round their clock to 0.1 ms,
 * some to 1 ms. Yields the share of the samples taken.
 */
export function* timeCalls(call: () => unknown, samples: number, least = 3): Generator<number, Timed, void> {
  const run = (calls: number): number => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return performance.now() - start;
  };
  let calls = 1;
  let time = run(1);
  if (time < long) time = run(1);
  for (; time < least && calls < mostCalls; time = run(calls)) {
    calls *= time < least / 8 ? 8 : 2;
    yield 0;
  }
  // What held the machine up may have made them seem long: so few would last no time at all by a coarse clock.
  for (time = run(calls); time < least / 4 && calls < mostCalls; time = run(calls)) {
    calls *= 8;
    yield 0;
  }
  const times = [time / calls];
  yield times.length / samples;
  while (times.length < samples) {
    times.push(run(calls) / calls);
    yield times.length / samples;
  }
  return timed(times);
}
