import type { PlatformWorker } from "./platform.js";
import type { WorkerPort } from "./serve.js";

/** Node's modules, without an import that bundlers for pages would stumble over. */
interface NodeModules {
  "node:os": { availableParallelism: () => number };
  "node:worker_threads": {
    Worker: new (text: string, options: { eval: true }) => PlatformWorker;
    parentPort: WorkerPort | null;
  };
}

export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: Name) => NodeModules[Name] | undefined } };
  return process?.getBuiltinModule?.(name);
}
