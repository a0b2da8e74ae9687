import { describe, refuse } from "../errors.js";
import type { Engine } from "../engine.js";
import { partsOf } from "../instantiate.js";
import { createLab, type Lab } from "../lab.js";
import { isOptionsObject, readOptions } from "../options.js";
import { ResidentTensor, type Resident } from "../resident.js";
import { LOAD_KEYS, type LoadOptions } from "../source.js";
import type { Tensor } from "../tensor.js";
import { cut, type Plan } from "./cut.js";
import { Job, Jobs } from "./jobs.js";
import { copyOf } from "./message.js";
import { hardwareThreads, waysToStart, type StartWorker } from "./platform.js";
import { rules } from "./rules.js";
import { callingThread, startThread, type Thread } from "./thread.js";
import type { Pool, PoolOptions } from "./types.js";

/** More are of no use to the sizes that fit into a page. */
const MOST_THREADS = 8;

type Operations = Readonly<Record<string, (...args: unknown[]) => unknown>>;

function readThreads(threads: unknown): number {
  const words = "a whole number >= 1";
  if (threads === undefined) return Math.min(hardwareThreads(), MOST_THREADS);
  if (typeof threads !== "number") refuse("TYPE", "createPool", "threads", describe(threads), words);
  if (!Number.isInteger(threads) || threads < 1) refuse("RANGE", "createPool", "threads", String(threads), words);
  return threads;
}

/** What a call throws when it would begin to compute. */
const CHECKED = Symbol("checked");

/**
 * The operations on an engine that only checks: a call throws what is wrong with it, or CHECKED where it is right; it returns
 * its value if that takes no computing.
 */
function checkingLab(engine: Engine, lab: Lab): Operations {
  const stage = (): never => {
    // Not an error: nobody is to see it.
    throw CHECKED as unknown as Error;
  };
  return createLab(Object.create(engine, { stage: { value: stage } }) as Engine, lab.variant) as unknown as Operations;
}

/** Checks a call on this side: throws what is wrong with it, returns its value if that took no computing. */
function check(checking: Operations, operation: string, args: readonly unknown[]): { value: unknown } | undefined {
  try {
    return { value: checking[operation]?.(...args) };
  } catch (error) {
    if (error !== CHECKED) throw error;
    return undefined;
  }
}

/** The arguments as the operation takes them, and what the pool does with the result or with the call. */
function readCall(operation: string, args: readonly unknown[]) {
  const last = args[args.length - 1];
  if (!isOptionsObject(last) || last instanceof ResidentTensor) return { given: args, rest: args };
  const { signal, ...options } = last;
  const { out, ...rest } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse("TYPE", operation, "signal", describe(signal), "an AbortSignal");
  }
  const before = args.slice(0, -1);
  return { given: [...before, options], rest: [...before, rest], signal, out: out as Tensor | Resident | undefined };
}

/** The tasks of a call and what becomes of their values. */
function planFor(operation: string, args: readonly unknown[], threads: number): Plan {
  const rule = rules[operation];
  if (rule) return cut(operation, rule(args), threads);
  return { tasks: [() => [operation, ...args.map(copyOf)]], join: ([value]) => value };
}

/** Copies a result to where the caller wants it. */
function fill(out: Tensor | Resident | undefined, value: unknown): unknown {
  if (!out) return value;
  (out instanceof ResidentTensor ? out.view : (out as Tensor).data).set((value as Tensor).data);
  return out;
}

/** Starts the threads: workers, in the first way that works here; else the calling thread. */
async function startThreads(count: number, lab: Lab, byAddress: StartWorker): Promise<Jobs> {
  const { module } = partsOf(lab);
  let way: StartWorker | undefined;
  const start = (): Promise<Thread> =>
    way
      ? startThread(way, module, (thread) => {
          jobs.lose(thread);
        })
      : Promise.resolve(callingThread(lab));
  // Where no worker can be had any more, the calling thread stands in for the last one.
  const jobs: Jobs = new Jobs(() => start().catch(() => (jobs.size > 1 ? undefined : callingThread(lab))));
  for (way of [...waysToStart(byAddress), undefined]) {
    const started = await Promise.allSettled(Array.from({ length: way ? count : 1 }, start));
    for (const thread of started) if (thread.status === "fulfilled") jobs.add(thread.value);
    if (jobs.size > 0) break;
  }
  return jobs;
}

/** Makes the `createPool` of an entry from its `load`. */
export function makeCreatePool(
  load: (options: LoadOptions) => Promise<Lab>,
  byAddress: StartWorker,
): (options?: PoolOptions) => Promise<Pool> {
  return async (options) => {
    const { threads, ...source } = readOptions("createPool", options, ["threads", ...LOAD_KEYS]);
    const count = readThreads(threads);
    const lab = await load(source as LoadOptions);
    const jobs = await startThreads(count, lab, byAddress);
    const checking = checkingLab(partsOf(lab).engine, lab);

    const call = async (operation: string, args: readonly unknown[]): Promise<unknown> => {
      jobs.refuseIfEnded(operation);
      const { given, rest, signal, out } = readCall(operation, args);
      const checked = check(checking, operation, given);
      if (checked) return checked.value;
      signal?.throwIfAborted();
      const threads = jobs.size;
      const { tasks, join } = planFor(operation, rest, threads);
      const job = new Job(operation, tasks);
      const cancel = (): void => {
        jobs.cancel(job, signal?.reason);
      };
      signal?.addEventListener("abort", cancel);
      try {
        jobs.submit(job);
        // What could not be sent at once is made of copies later: the caller may do with the inputs what it likes.
        if (job.next < tasks.length) job.tasks = planFor(operation, rest.map(copyOf), threads).tasks;
        return fill(out, join(await job.result));
      } finally {
        signal?.removeEventListener("abort", cancel);
      }
    };
    const operations = Object.entries(lab)
      .filter(([, value]) => typeof value === "function")
      .map(([name]) => [name, (...args: unknown[]) => call(name, args)] as const);
    return Object.freeze({
      ...Object.fromEntries(operations),
      version: lab.version,
      variant: lab.variant,
      get threads() {
        return jobs.size;
      },
      terminate: () => jobs.end(),
    }) as unknown as Pool;
  };
}
