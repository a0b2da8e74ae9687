import type { Lab } from "../../../package/index.js";
import { messageOf, type Reply, type Request } from "./protocol.js";
import { runSliced, type Task, type TaskTable } from "./task.js";

/** The part of a worker's global scope that is used here. */
export interface Port {
  postMessage(reply: Reply, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

/**
 * Makes a worker of this module: waits for `start`, which brings the page's compiled kernels, then runs the tasks it is
 * asked for.
 */
export function serve(
  tasks: TaskTable,
  load: (source: { readonly wasmModule: WebAssembly.Module }) => Promise<Lab>,
  port: Port = globalThis as unknown as Port,
): void {
  const running = new Map<number, AbortController>();
  let lab: Promise<Lab> | undefined;

  async function run(id: number, name: string, input: unknown): Promise<void> {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const task = tasks[name] as Task<unknown, unknown> | undefined;
      if (lab === undefined || task === undefined) throw new Error(`The worker has no task ${name}.`);
      const output = await runSliced(task(await lab, input), {
        signal: abort.signal,
        slice: 40,
        onProgress: (share) => port.postMessage({ kind: "progress", id, share }),
      });
      port.postMessage({ kind: "done", id, output }, transferable(output));
    } catch (error) {
      // The page knows about the runs it cancelled itself.
      if (!abort.signal.aborted) port.postMessage({ kind: "failed", id, message: messageOf(error) });
    } finally {
      running.delete(id);
    }
  }

  port.addEventListener("message", ({ data }) => {
    if (data.kind === "run") void run(data.id, data.task, data.input);
    else if (data.kind === "cancel") running.get(data.id)?.abort();
    else {
      lab = load({ wasmModule: data.wasmModule });
      lab.then(
        () => port.postMessage({ kind: "ready" }),
        (error: unknown) => port.postMessage({ kind: "unable", message: messageOf(error) }),
      );
    }
  });
}

/** Buffers of the arrays an output holds, two levels deep: they move instead of being copied. */
function transferable(output: unknown): Transferable[] {
  const buffers = new Set<ArrayBuffer>();
  const visit = (value: unknown, depth: number): void => {
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
    } else if (typeof value === "object" && value !== null && depth > 0) {
      Object.values(value).forEach((entry) => visit(entry, depth - 1));
    }
  };
  visit(output, 2);
  return [...buffers];
}
