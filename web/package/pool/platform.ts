import { nodeModule } from "./node.js";
import { programText } from "./program.js";

export type Listen = (event: string, listener: (value: unknown) => void) => void;

/** What pages' workers and Node's have in common, and what each has alone. */
export interface PlatformWorker {
  postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  terminate: () => unknown;
  /** Node: keep the process alive, or do not. */
  ref?: () => void;
  unref?: () => void;
  on?: Listen;
  /** Pages. */
  addEventListener?: Listen;
}

/** Makes a worker that runs {@link serve}; may throw where the platform or the page's policy has none. */
export type StartWorker = () => PlatformWorker | Promise<PlatformWorker>;

/** How many threads the machine runs at once. */
export const hardwareThreads = (): number =>
  (globalThis as { navigator?: Navigator }).navigator?.hardwareConcurrency ??
  nodeModule("node:os")?.availableParallelism() ??
  1;

let programUrl: string | undefined;

const byAddress: StartWorker = async () => (await import("./by-address.js")).startByAddress();

/** All ways to start a worker here, the best first. */
export function waysToStart(): StartWorker[] {
  if (typeof Worker === "function") {
    const fromText: StartWorker = () => {
      // One address serves all workers of all pools: nothing to give back.
      programUrl ??= URL.createObjectURL(new Blob([programText("serve")], { type: "text/javascript" }));
      return new Worker(programUrl);
    };
    return [fromText, byAddress];
  }
  const threads = nodeModule("node:worker_threads");
  return threads ? [() => new threads.Worker(programText("serve"), { eval: true })] : [];
}
