import { makeEngine } from "../instantiate.js";
import { sizeOf, type Shape } from "../shape.js";
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

/** Has the system find room for new memory, which it does when a page is used for the first time. */
function touch(memory: ArrayBuffer): void {
  const bytes = new Uint8Array(memory);
  for (let at = 0; at < bytes.length; at += PAGE) bytes[at] = 0;
}

/**
 * Sees to the memory of a part's result. Where that is the beginning of a whole result, which other parts are to be put
 * to, all of it is touched here, as the calling thread would pay for that when all parts are done.
 */
function prepareOut(task: Task, lent: ArrayBuffer | undefined): void {
  const { out } = (task.at(-2) ?? {}) as { out?: { data?: Float32Array<ArrayBuffer>; shape: Shape } };
  if (!out) return;
  if (!out.data) out.data = new Float32Array(lent as ArrayBuffer, 0, sizeOf(out.shape));
  else if (out.data.byteLength < out.data.buffer.byteLength) touch(out.data.buffer);
}

/** The life of a worker: it gets the compiled kernels, says that it is ready, and answers one task after the other. */
export function serve(): void {
  const port = workerPort();
  /** Memory for the whole result of a call, of which the next task is the first part. */
  let lent: ArrayBuffer | undefined;
  const post = (reply: Answer): void => {
    port.postMessage(reply, [...buffersIn(reply)]);
  };
  // Whoever sent the kernels has checked what they compute.
  port.onmessage = ({ data: module }) => {
    makeEngine(module as WebAssembly.Module).then(
      (engine) => {
        port.onmessage = ({ data }) => {
          if (data instanceof ArrayBuffer) {
            touch((lent = data));
            return;
          }
          const task = data as Task;
          prepareOut(task, lent);
          // Also where it was lent for a task that there was no room to make.
          lent = undefined;
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
