import type { Engine } from "../engine.js";
import { answer, buffersIn, valueOf, type Answer, type Lend, type Task } from "./message.js";
import type { Listen, PlatformWorker, StartWorker } from "./platform.js";

/** Something that computes tasks, one after the other. */
export interface Thread {
  /** How many tasks it takes at once: while a worker computes one, the next is on its way. */
  depth: number;
  /** Throws what cannot be sent; rejects if the thread dies before it has answered. */
  run: (task: Task) => Promise<Answer>;
  /** Missing in the calling thread, which writes to the memory of the call itself. */
  lend?: Lend;
  stop: () => unknown;
}

/** Calls `receive` with every message of a worker and `die` with what it died of. */
function listen(worker: PlatformWorker, receive: (data: unknown) => void, die: (cause: unknown) => void): void {
  const hear = (worker.on ?? (worker.addEventListener as Listen)).bind(worker);
  hear("message", (message) => {
    receive(worker.on ? message : (message as MessageEvent).data);
  });
  for (const end of ["error", "messageerror", "exit"]) {
    hear(end, (cause) => {
      // In a page it is an event, and not the page's error: the calls that are lost by it say so.
      const { message, preventDefault } = cause as Partial<ErrorEvent>;
      preventDefault?.call(cause);
      die(message ?? cause);
    });
  }
}

/** Starts a worker and gives it the kernels. Rejects if it cannot be had; calls `lost` if it dies while it is idle. */
export async function startThread(
  start: StartWorker,
  module: WebAssembly.Module,
  lost: (thread: Thread) => void,
): Promise<Thread> {
  const worker = await start();
  const asked: { resolve: (answer: unknown) => void; reject: (cause: unknown) => void }[] = [];
  let dead = false;
  const ask = (message: unknown): Promise<unknown> => {
    worker.postMessage(message, [...buffersIn(message)]);
    // Only while something is pending does a worker keep the process alive.
    worker.ref?.();
    return new Promise((resolve, reject) => {
      asked.push({ resolve, reject });
    });
  };
  const receive = (data: unknown): void => {
    asked.shift()?.resolve(data);
    // A process that waits for a worker to stop needs it until then.
    if (asked.length === 0 && !dead) worker.unref?.();
  };
  const stop = (): unknown => {
    dead = true;
    return worker.terminate();
  };
  const die = (cause: unknown): void => {
    if (dead) return;
    void stop();
    if (asked.length === 0) lost(thread);
    for (const { reject } of asked.splice(0)) reject(cause);
  };
  const lend = (room: ArrayBuffer): void => {
    worker.postMessage(room, [room]);
  };
  const thread: Thread = { depth: 2, run: ask as Thread["run"], lend, stop };
  listen(worker, receive, die);
  valueOf((await ask(module)) as Answer);
  return thread;
}

/** The calling thread in the place of a worker. It lets other things happen between two tasks. */
export const callingThread = (engine: Engine): Thread => ({
  depth: 1,
  run: (task) =>
    new Promise((resolve) => {
      setTimeout(() => {
        resolve(answer(engine, task));
      });
    }),
  stop: () => undefined,
});
