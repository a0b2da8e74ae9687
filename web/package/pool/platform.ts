import { programText } from "./program.js";

/** What pages' workers and Node's have in common, and what each has alone. */
export interface PlatformWorker {
  postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  terminate: () => unknown;
  /** Node: keep the process alive, or do not. */
  ref?: () => void;
  unref?: () => void;
  on?: (event: string, listener: (value: unknown) => void) => void;
  addEventListener?: (event: string, listener: (value: unknown) => void) => void;
}

/** Makes a worker that runs {@link serve}; may throw where the platform or the page's policy has none. */
export type StartWorker = () => PlatformWorker | Promise<PlatformWorker>;

/** The end of a worker's channel that is in the worker. */
export interface WorkerPort {
  postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** Node's modules, without an import that bundlers for pages would stumble over. */
interface NodeModules {
  "node:os": { availableParallelism: () => number };
  "node:worker_threads": {
    Worker: new (text: string, options: { eval: true }) => PlatformWorker;
    parentPort: WorkerPort | null;
  };
}

function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: Name) => NodeModules[Name] | undefined } };
  return process?.getBuiltinModule?.(name);
}

/** How many threads the machine runs at once. */
export const hardwareThreads = (): number =>
  (globalThis as { navigator?: Navigator }).navigator?.hardwareConcurrency ??
  nodeModule("node:os")?.availableParallelism() ??
  1;

/** The channel to whoever started this worker. */
export const workerPort = (): WorkerPort => nodeModule("node:worker_threads")?.parentPort ?? (globalThis as never);

let programUrl: string | undefined;

/** All ways to start a worker here, the best first. `byAddress` is the last resort of a page. */
export function waysToStart(byAddress: StartWorker): StartWorker[] {
  if (typeof Worker === "function") {
    const fromText: StartWorker = () => {
      // One address serves all workers of all pools: nothing to give back.
      programUrl ??= URL.createObjectURL(new Blob([programText()], { type: "text/javascript" }));
      return new Worker(programUrl);
    };
    return [fromText, byAddress];
  }
  const threads = nodeModule("node:worker_threads");
  return threads ? [() => new threads.Worker(programText(), { eval: true })] : [];
}
