/**
 * What two threads can gain on this machine: two workers, each with half of the heads in its memory from the start, are told
 * to begin and say when they are done. Nothing is sent but that, so that a pool, which moves operands and results, can come
 * near to it and no further. What this falls short of 2 is the engine's and the machine's.
 */
import { answerOf } from "./worker_answer.js";

const VARIANTS = ["relaxed", "simd"];
const WORKERS = 2;

const started = () =>
  Array.from({ length: WORKERS }, () => new Worker(new URL("half_of_heads.js", import.meta.url), { type: "module" }));

function twoWorkers(variant) {
  const attention = async ({ heads, n, d, causal }, given) => {
    const workers = started();
    const ask = (messageFor) => Promise.all(workers.map((worker, index) => answerOf(worker, messageFor(index))));
    const dispose = () => {
      for (const worker of workers) worker.terminate();
    };
    const share = (heads * n * d) / WORKERS;
    const half = (data, index) => data.slice(index * share, (index + 1) * share);
    try {
      await ask((index) => ({
        variant,
        causal,
        shape: [heads / WORKERS, n, d],
        operands: [given.q, given.k, given.v].map((data) => half(data, index)),
      }));
    } catch (error) {
      dispose();
      throw error;
    }
    return {
      run: () => ask(() => "run"),
      async result() {
        const whole = new Float32Array(heads * n * d);
        (await ask(() => "result")).forEach((part, index) => whole.set(part, index * share));
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
