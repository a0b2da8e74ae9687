/**
 * Timing: warm-up, repetitions long enough for the clock, and samples of all contestants interleaved, so that a
 * disturbance or a change of clock rate meets them all alike.
 */

/** @param {readonly number[]} values  at least one @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Lets the event loop turn, so that garbage of one sample is not charged to the next. */
export const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** @param {() => unknown} run  one call of the operation, perhaps a promise */
async function timeOf(run, repetitions) {
  const begin = performance.now();
  for (let repetition = 0; repetition < repetitions; ++repetition) {
    const pending = run();
    if (pending instanceof Promise) await pending;
  }
  return (performance.now() - begin) / repetitions;
}

/**
 * Runs until compilers have settled: at least 3 calls and at least `milliseconds`, but no more calls than are needed.
 *
 * @returns {Promise<number>} milliseconds of the fastest call seen
 */
export async function warmUp(run, milliseconds) {
  const begin = performance.now();
  let fastest = Infinity;
  for (let call = 0; call < 3 || performance.now() - begin < milliseconds; ++call) {
    fastest = Math.min(fastest, await timeOf(run, 1));
  }
  return fastest;
}

/**
 * Times several functions, one sample of each per round.
 *
 * @param {{ name: string, run: () => unknown }[]} contestants
 * @param {{ rounds: number, warmMilliseconds: number, sampleMilliseconds: number }} options
 * @returns {Promise<Map<string, { median: number, fastest: number, slowest: number, samples: number }>>}
 *   milliseconds per call
 */
export async function race(contestants, { rounds, warmMilliseconds, sampleMilliseconds }) {
  const entries = [];
  for (const { name, run } of contestants) {
    const estimate = await warmUp(run, warmMilliseconds);
    entries.push({ name, run, repetitions: Math.max(1, Math.ceil(sampleMilliseconds / estimate)), samples: [] });
  }
  for (let round = 0; round < rounds; ++round) {
    for (const entry of entries) {
      await breathe();
      entry.samples.push(await timeOf(entry.run, entry.repetitions));
    }
  }
  return new Map(
    entries.map(({ name, samples }) => [
      name,
      {
        median: median(samples),
        fastest: Math.min(...samples),
        slowest: Math.max(...samples),
        samples: samples.length,
      },
    ]),
  );
}
