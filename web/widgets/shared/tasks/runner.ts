import type { Lab } from "../../../package/index.js";
import { messageOf, type Reply, type Request } from "./protocol.js";
import { runSliced, type InputOf, type OutputOf, type Task, type TaskTable } from "./task.js";

/** A worker has this long to load its kernels before the page does the work itself. */
const patience = 10_000;

/** Opens a task worker; throws when the page may not have any. */
export type OpenWorker = () => Worker;

export interface RunOptions {
  readonly onProgress?: (share: number) => void;
}

interface Job {
  readonly id: number;
  readonly onProgress: ((share: number) => void) | undefined;
  readonly resolve: (output: unknown) => void;
  readonly reject: (reason: Error) => void;
  /** Stops the work, wherever it runs. */
  stop: () => void;
}

const cancelled = (): DOMException => new DOMException("Cancelled", "AbortError");
export const isCancelled = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

/**
 * Runs heavy tasks away from the page. A new run of a task replaces the one under way (its promise rejects with an
 * AbortError), so a dragged slider never builds a queue. Where workers are barred, or cannot start, the same tasks run
 * on the page in slices of a few milliseconds.
 */
export class TaskRunner<T extends TaskTable> {
  private readonly jobs = new Map<string, Job>();
  private worker: Promise<Worker | undefined> | undefined;
  private opened: Worker | undefined;
  private lastId = 0;

  /**
   * @param tasks the same table the worker serves
   * @param opener loads what opens the worker: a module `virtual:worker/…`
   * @param lab kernels of the page: the worker gets them compiled, and where there is no worker they do the work
   */
  constructor(
    private readonly tasks: T,
    private readonly opener: () => Promise<{ readonly default: OpenWorker }>,
    private readonly lab: () => Promise<Lab>,
  ) {}

  /** Result of task `name`. Rejects with an AbortError when it is cancelled or replaced. */
  run<Name extends keyof T & string>(
    name: Name,
    input: InputOf<T[Name]>,
    options: RunOptions = {},
  ): Promise<OutputOf<T[Name]>> {
    this.cancel(name);
    return new Promise<unknown>((resolve, reject) => {
      const job: Job = { id: ++this.lastId, onProgress: options.onProgress, resolve, reject, stop: () => undefined };
      this.jobs.set(name, job);
      this.begin(name, input, job).catch((error: unknown) => {
        this.settle(name, job, () => reject(error instanceof Error ? error : new Error(messageOf(error))));
      });
    }) as Promise<OutputOf<T[Name]>>;
  }

  /** Gives up the run of `name` that is under way, if there is one. */
  cancel(name: keyof T & string): void {
    const job = this.jobs.get(name);
    if (job === undefined) return;
    this.settle(name, job, () => job.reject(cancelled()));
    job.stop();
  }

  /** Cancels everything and ends the worker; a later run opens a new one. */
  stop(): void {
    for (const name of [...this.jobs.keys()]) this.cancel(name);
    this.opened?.terminate();
    this.opened = undefined;
    this.worker = undefined;
  }

  private settle(name: string, job: Job, end: () => void): void {
    if (this.jobs.get(name) === job) this.jobs.delete(name);
    end();
  }

  private async begin(name: string, input: unknown, job: Job): Promise<void> {
    this.worker ??= this.open();
    const worker = await this.worker;
    if (this.jobs.get(name) !== job) return; // cancelled while the worker was starting
    if (worker === undefined) return this.runHere(name, input, job);
    job.stop = () => worker.postMessage({ kind: "cancel", id: job.id } satisfies Request);
    worker.postMessage({ kind: "run", id: job.id, task: name, input } satisfies Request);
  }

  private async runHere(name: string, input: unknown, job: Job): Promise<void> {
    const abort = new AbortController();
    job.stop = () => abort.abort();
    const task = this.tasks[name] as Task<unknown, unknown> | undefined;
    if (task === undefined) throw new Error(`There is no task ${name}.`);
    const steps = task(await this.lab(), input);
    const output = await runSliced(steps, { signal: abort.signal, onProgress: job.onProgress });
    this.settle(name, job, () => job.resolve(output));
  }

  private async open(): Promise<Worker | undefined> {
    try {
      const [{ default: open }, { wasmModule }] = await Promise.all([this.opener(), this.lab()]);
      const worker = open();
      this.opened = worker;
      if (!(await isReady(worker, wasmModule))) {
        worker.terminate();
        return undefined;
      }
      worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.hear(data));
      worker.addEventListener("error", ({ message }) => this.lose(message));
      return worker;
    } catch {
      return undefined; // barred by the page's policy, or without kernels: the page does the work, or says why it cannot
    }
  }

  /** A worker that dies takes its jobs along; the next run opens a new one. */
  private lose(message: string): void {
    for (const [name, job] of this.jobs) this.settle(name, job, () => job.reject(new Error(message)));
    this.stop();
  }

  private hear(reply: Reply): void {
    if (reply.kind === "ready" || reply.kind === "unable") return;
    for (const [name, job] of this.jobs) {
      if (job.id !== reply.id) continue;
      if (reply.kind === "progress") job.onProgress?.(reply.share);
      else if (reply.kind === "done") this.settle(name, job, () => job.resolve(reply.output));
      else this.settle(name, job, () => job.reject(new Error(reply.message)));
      return;
    }
  }
}

/** Starts the worker; false when it fails to load, says it is unable, or stays silent. */
function isReady(worker: Worker, wasmModule: WebAssembly.Module): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patience);
    const answer = (ready: boolean): void => {
      clearTimeout(timer);
      worker.removeEventListener("message", hear);
      worker.removeEventListener("error", fail);
      resolve(ready);
    };
    const hear = ({ data }: MessageEvent<Reply>): void => answer(data.kind === "ready");
    const fail = (): void => answer(false);
    worker.addEventListener("message", hear);
    worker.addEventListener("error", fail);
    worker.postMessage({ kind: "start", wasmModule } satisfies Request);
  });
}
