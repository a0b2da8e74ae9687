import { createRequire } from "node:module";
import type { Worker } from "node:worker_threads";
import { createPool, type Pool, type PoolOptions } from "attnlab";
import { onTestFinished } from "vitest";

/** A pool that ends with the running test. */
export async function openPool(options: PoolOptions = {}): Promise<Pool> {
  const pool = await createPool({ threads: 2, ...options });
  onTestFinished(() => pool.terminate());
  return pool;
}

const threads = createRequire(import.meta.url)("node:worker_threads") as { Worker: typeof Worker };

/** Until the running test ends, `replacement` stands for Node's Worker. */
export function replaceWorker(replacement: (original: typeof Worker) => unknown): void {
  const original = threads.Worker;
  threads.Worker = replacement(original) as typeof Worker;
  onTestFinished(() => {
    threads.Worker = original;
  });
}

/** Until the running test ends, no worker can be started. */
export const forbidWorkers = (): void => {
  replaceWorker(
    () =>
      function none(): never {
        throw new Error("no workers here");
      },
  );
};

/** Until the running test ends, the workers that are started, and what they were sent; how many of it were tasks. */
export function watchWorkers(): { workers: Worker[]; messages: unknown[]; sent: () => number; tasks: () => number } {
  const workers: Worker[] = [];
  const messages: unknown[] = [];
  replaceWorker(
    (original) =>
      class extends original {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args);
          workers.push(this);
        }
        override postMessage(...args: Parameters<Worker["postMessage"]>): void {
          messages.push(args[0]);
          super.postMessage(...args);
        }
      },
  );
  return { workers, messages, sent: () => messages.length, tasks: () => messages.filter(Array.isArray).length };
}

/** What becomes of a promise, as a value. */
export const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
