// Loads the package in a worker thread and prints what the worker computed.
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { load } from "attnlab";

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.once("message", (message) => {
    console.log(JSON.stringify(message));
  });
} else {
  const lab = await load();
  const x = lab.tensor([
    [1, 0],
    [0, 1],
  ]);
  const out = lab.attention(x, x, x, { causal: true, scale: 1 });
  parentPort.postMessage({ shape: out.shape, data: Array.from(out.data), variant: lab.variant });
}
