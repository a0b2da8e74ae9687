/**
 * What two threads can gain on this machine: two workers, each with its half of a call in its memory from the start (half of
 * the heads, or half of the queries of a single head and all of its keys), are told to begin and say when they are done.
 * Nothing is sent but that, so that a pool, which moves operands and results, can come near to it and no further. What this
 * falls short of 2 is the engine's and the machine's.
 */
import { answerOf } from "./worker_answer.js";

const VARIANTS = ["relaxed", "simd"];
const WORKERS = 2;

const started = () =>
  Array.from(
    { length: WORKERS },
    () => new Worker(new URL("half_of_attention.js", import.meta.url), { type: "module" }),
  );

/** @param {{ heads: number, n: number, d: number }} size  of two heads or more, or of one without a causal mask */
function halfOf({ heads, n, d }, { q, k, v }, index) {
  const half = (data) => data.slice((index * data.length) / WORKERS, ((index + 1) * data.length) / WORKERS);
  const rows = { data: half(q), shape: heads > 1 ? [heads / WORKERS, n, d] : [1, n / WORKERS, d] };
  const keys = (data) => (heads > 1 ? { ...rows, data: half(data) } : { data, shape: [1, n, d] });
  return [rows, keys(k), keys(v)];
}

function twoWorkers(variant) {
  const attention = async (size, given) => {
    const workers = started();
    const ask = (messageFor) => Promise.all(workers.map((worker, index) => answerOf(worker, messageFor(index))));
    const dispose = () => {
      for (const worker of workers) worker.terminate();
    };
    try {
      await ask((index) => ({ variant, causal: size.causal, operands: halfOf(size, given, index) }));
    } catch (error) {
      dispose();
      throw error;
    }
    return {
      run: () => ask(() => "run"),
      async result() {
        const whole = new Float32Array(given.q.length);
        (await ask(() => "result")).forEach((part, index) => whole.set(part, index * part.length));
        return whole;
      },
      dispose,
    };
  };
  return {
    name: `limit: two workers, nothing moved (${variant})`,
    kind: "limit",
    variant,
    form: "apart",
    threads: WORKERS,
    oneThread: `attnlab ${variant}, residents`,
    operations: { attention },
  };
}

export const contestants = () => VARIANTS.map(twoWorkers);
