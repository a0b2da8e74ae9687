import { makeEngine } from "../instantiate.js";
import type { Tensor } from "../tensor.js";
import { answer, buffersIn, type Answer, type Task } from "./message.js";
import { nodeModule } from "./node.js";

/** The end of a worker's channel that is in the worker. */
export interface WorkerPort {
  postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** The channel to whoever started this worker. */
const workerPort = (): WorkerPort => nodeModule("node:worker_threads")?.parentPort ?? (globalThis as never);

/** Bytes of memory that a system gives at a time, or fewer. */
const PAGE = 4096;

/**
 * Touches what comes after a result in its buffer, where the results of other workers are to stand: new memory costs
 * far more the first time than what is copied to it, and the calling thread would pay that when all others have done
 * their work.
 */
function touchRest(value: unknown): void {
  const { data } = (value ?? {}) as Partial<Tensor>;
  if (!data) return;
  const rest = new Uint8Array(data.buffer, data.byteOffset + data.byteLength);
  for (let at = 0; at < rest.length; at += PAGE) rest[at] = 0;
}

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
          const reply = answer(engine, task);
          touchRest("value" in reply && reply.value);
          post({ ...reply, task });
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
