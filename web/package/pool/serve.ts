import { makeEngine } from "../instantiate.js";
import { answer, buffersIn, type Answer, type Task } from "./message.js";
import { nodeModule } from "./node.js";

/** The end of a worker's channel that is in the worker. */
export interface WorkerPort {
  postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** The channel to whoever started this worker. */
const workerPort = (): WorkerPort => nodeModule("node:worker_threads")?.parentPort ?? (globalThis as never);

/** The life of a worker: it gets the compiled kernels, says that it is ready, and answers one task after the other. */
export function serve(): void {
  const port = workerPort();
  const post = (reply: Answer): void => {
    port.postMessage(reply, [...buffersIn(reply)]);
  };
  // Whoever sent the kernels has checked what they compute.
  port.onmessage = ({ data: module }) => {
    makeEngine(module as WebAssembly.Module).then(
      (engine) => {
        port.onmessage = ({ data }) => {
          const task = data as Task;
          post({ ...answer(engine, task), task });
        };
        post({ value: undefined });
      },
      // An error that got away would be heard of in Node alone.
      (error: unknown) => {
        post({ error });
      },
    );
  };
}
