import { describe, refuse } from "../errors.js";
import type { Engine } from "../engine.js";
import { engineOf } from "../instantiate.js";
import { BODIES, type Lab } from "../lab.js";
import { checkNumber, readOptions, whole, type Reader } from "../options.js";
import { LOAD_READERS, type LoadOptions } from "../source.js";
import { cut, type Plan } from "./cut.js";
import { Job, Jobs } from "./jobs.js";
import { prepare } from "./message.js";
import { outsOf } from "./outs.js";
import { hardwareThreads, waysToStart, type StartWorker } from "./platform.js";
import { copying, copyOf, isOptions, recorded } from "./read-call.js";
import { callingThread, startThread, type Thread } from "./thread.js";
import type { Pool, PoolOptions } from "./types.js";

/** More are of no use to the sizes that fit into a page. */
const MOST_THREADS = 8;

const threadsOf: Reader<number> = (operation, key, value = Math.min(hardwareThreads(), MOST_THREADS)) =>
  checkNumber(operation, key, value, whole(1));

/** What belongs to the calling thread, or gives an object with methods: these operations are done there. */
const LOCAL = /^(decoder|memory|nystromFactors|resident|tensor)$/;

/** The same tasks; those from `next` on are made now. */
const made = (tasks: Plan["tasks"], next: number): Plan["tasks"] =>
  tasks.map((make, index) => {
    if (index < next) return make;
    const task = make();
    return () => task;
  });

/** Starts the threads: workers, in the first way that works here; else the calling thread. */
async function startThreads(count: number, engine: Engine): Promise<Jobs> {
  let way: StartWorker | undefined;
  const start = async (): Promise<Thread> => {
    if (!way) return callingThread(engine);
    return startThread(way, engine.module, (thread) => {
      jobs.lose(thread);
    });
  };
  // Where no worker can be had any more, the calling thread stands in for the last one.
  const jobs: Jobs = new Jobs(() => start().catch(() => (jobs.size > 1 ? undefined : callingThread(engine))));
  for (way of [...waysToStart(), undefined]) {
    const started = await Promise.allSettled(Array.from({ length: way ? count : 1 }, start));
    for (const thread of started) if (thread.status === "fulfilled") jobs.add(thread.value);
    if (jobs.size > 0) break;
  }
  return jobs;
}

/**
 * Starts a pool with the kernels that an entry's `load` gives.
 *
 * @internal
 */
export async function createPool(load: (options: LoadOptions) => Promise<Lab>, options?: PoolOptions): Promise<Pool> {
  const { threads, ...source } = readOptions("createPool", options, { threads: threadsOf, ...LOAD_READERS });
  const lab = await load(source as LoadOptions);
  const engine = engineOf(lab);
  const jobs = await startThreads(threads, engine);

  const call = async (operation: string, args: readonly unknown[]): Promise<unknown> => {
    jobs.refuseIfEnded(operation);
    const asked = args.find(isOptions) ?? {};
    const { signal } = asked;
    const options = recorded(asked);
    delete options.signal;
    const withOptions = (own: object) => args.map((value) => (isOptions(value) ? own : value));
    const run = prepare(engine, operation, withOptions(options));
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      refuse("TYPE", operation, "signal", describe(signal), "an AbortSignal");
    }
    signal?.throwIfAborted();
    if (LOCAL.test(operation)) return run();
    const size = jobs.size;
    const { out, ...others } = options;
    const inputs = withOptions(others);
    const outs = outsOf(out);
    const plan = cut(operation, inputs, size, outs);
    const job = new Job(operation, plan);
    const cancel = (): void => {
      jobs.cancel(job, signal?.reason);
    };
    signal?.addEventListener("abort", cancel);
    try {
      jobs.submit(job);
      // What could not be sent is made now, or of copies later: the caller may do with the inputs what it likes.
      const rest = (): Plan["tasks"] =>
        plan.disjoint ? made(plan.tasks, job.next) : cut(operation, inputs.map(copyOf), size, outs).tasks;
      if (job.next < job.tasks.length) job.tasks = copying(operation, rest);
    } catch (error) {
      jobs.cancel(job, error);
    }
    return job.result.finally(() => {
      signal?.removeEventListener("abort", cancel);
    });
  };
  const operations = Object.keys(BODIES).map((name) => [name, (...args: unknown[]) => call(name, args)]);
  return Object.freeze({
    ...(Object.fromEntries(operations) as Pool),
    version: lab.version,
    variant: lab.variant,
    get threads() {
      return jobs.size;
    },
    terminate: () => jobs.end(),
  });
}
