/**
 * Timing: warm-up, repetitions long enough for the clock, and samples of all contestants interleaved, so that a
 * disturbance or a change of clock rate meets them all alike.
 */

/** @param {readonly number[]} sorted  at least one, ascending @param {number} share  0.5 is the median */
function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * @param {readonly number[]} samples  at least one
 * @returns {{ median: number, fastest: number, slowest: number, spread: number, samples: number }} `spread`: how much
 *   longer the third quartile is than the first
 */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    fastest: sorted[0],
    slowest: sorted.at(-1),
    spread: quantile(sorted, 0.75) / quantile(sorted, 0.25) - 1,
    samples: sorted.length,
  };
}

/** Lets the event loop turn, so that garbage of one sample is not charged to the next. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** @param {() => unknown} run  one call of the operation, perhaps a promise (of any realm) */
export async function timeOf(run, repetitions = 1) {
  const begin = performance.now();
  for (let repetition = 0; repetition < repetitions; ++repetition) {
    const pending = run();
    if (typeof pending?.then === "function") await pending;
  }
  return (performance.now() - begin) / repetitions;
}

/**
 * @typedef {object} Racer
 * @property {string} name
 * @property {() => unknown} run  one call
 * @property {() => unknown} [before]  not timed, before each sample
 * @property {number} [mostRepetitions]  calls after one `before`, at most
 */

/**
 * Runs until compilers have settled, for at least `milliseconds` and one call.
 *
 * @param {Racer} racer
 * @returns {Promise<number>} milliseconds of a call, on average: the fastest one may have fallen between two ticks of a
 *   clock that, in a page without isolation, ticks ten thousand times a second
 */
async function warmUp({ run, before, mostRepetitions = Infinity }, milliseconds) {
  const begin = performance.now();
  let [calls, time] = [0, 0];
  for (; calls < 1 || performance.now() - begin < milliseconds; ++calls) {
    if (calls % mostRepetitions === 0) await before?.();
    time += await timeOf(run);
  }
  return time / calls;
}

/**
 * Times several functions, one sample of each per round. A sample of several calls follows one that is not timed: others ran
 * before it, filled the caches with their data and let the threads of this one fall asleep.
 *
 * @param {Racer[]} racers
 * @param {{ rounds: number, warmMilliseconds: number, sampleMilliseconds: number }} options
 * @returns {Promise<Map<string, number[]>>} milliseconds per call, sample by sample
 */
export async function samplesOf(racers, { rounds, warmMilliseconds, sampleMilliseconds }) {
  const entries = [];
  for (const racer of racers) {
    const estimate = await warmUp(racer, warmMilliseconds);
    const wanted = Math.ceil(sampleMilliseconds / Math.max(estimate, 1e-4));
    const leading = wanted > 1 ? 1 : 0;
    const repetitions = Math.max(1, Math.min(wanted, (racer.mostRepetitions ?? Infinity) - leading));
    entries.push({ ...racer, leading, repetitions, samples: [] });
  }
  for (let round = 0; round < rounds; ++round) {
    for (const { run, before, leading, repetitions, samples } of entries) {
      await before?.();
      await breathe();
      await timeOf(run, leading);
      samples.push(await timeOf(run, repetitions));
    }
  }
  return new Map(entries.map(({ name, samples }) => [name, samples]));
}

/**
 * The same, summed up.
 *
 * @param {Parameters<typeof samplesOf>} args
 * @returns {Promise<Map<string, ReturnType<typeof summary>>>} milliseconds per call
 */
export async function race(...args) {
  return new Map(Array.from(await samplesOf(...args), ([name, samples]) => [name, summary(samples)]));
}
