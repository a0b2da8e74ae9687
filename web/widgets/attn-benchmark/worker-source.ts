import { isOwnOrigin, openWorkerFromText, type WorkerSource } from "../shared/tasks/runner.js";

/**
 * The worker's chunk, beside this module's own. Its address is spelled out where the worker is made, which is how bundlers
 * of pages find it. A widget that came from another origin (a CDN) starts a line of its own that imports the chunk.
 */
export const workerSource: WorkerSource = {
  open() {
    if (isOwnOrigin(import.meta.url)) {
      return new Worker(new URL("./attn-benchmark.worker.js", import.meta.url), { type: "module" });
    }
    const address = new URL("./attn-benchmark.worker.js", import.meta.url).href;
    return openWorkerFromText(`import ${JSON.stringify(address)};`);
  },
  kernels: undefined,
};
