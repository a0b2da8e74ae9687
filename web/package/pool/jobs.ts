import { refuse } from "../errors.js";
import type { Plan } from "./cut.js";
import { buffersIn, valueOf } from "./message.js";
import { copying } from "./read-call.js";
import { dropSpares, keep } from "./spares.js";
import type { Thread } from "./thread.js";

/** A call at work: its tasks are sent one by one, and their values put together. */
export class Job {
  readonly operation: string;
  readonly plan: Plan;
  /** Each makes a task when it is to be sent. */
  tasks: Plan["tasks"];
  /** How many were sent. */
  next = 0;
  readonly result: Promise<unknown>;
  /** Values that wait for those of earlier tasks, or for all. */
  readonly #early = new Map<number, unknown>();
  /** How many values were put to their places. */
  #done = 0;
  #failed = false;
  #resolve!: (result: unknown) => void;
  #reject!: (reason: unknown) => void;

  constructor(operation: string, plan: Plan) {
    this.operation = operation;
    this.plan = plan;
    this.tasks = plan.tasks;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Takes the value of a task; with the last one the call is done. Of no effect where it has failed. */
  take(index: number, value: unknown): void {
    if (this.#failed) return;
    this.#early.set(index, value);
    if (this.plan.atOnce && this.#early.size < this.tasks.length) return;
    while (this.#early.has(this.#done)) {
      this.plan.put(this.#early.get(this.#done), this.#done);
      this.#early.delete(this.#done++);
    }
    if (this.#done === this.tasks.length) this.#resolve(this.plan.result());
  }

  /** Of no effect where the call is done. */
  fail(reason: unknown): void {
    this.#failed = true;
    this.#reject(reason);
  }
}

/** How long a worker may go on with a task that nobody waits for before a new worker takes its place. */
const GRACE = 100;

/** What a thread is at. */
interface Work {
  job: Job;
  /** Tasks that it has not answered. */
  tasks: number;
}

/**
 * The threads and the calls that wait for them. Calls take turns: a thread that becomes free gets the next task of the
 * call whose turn it is, so that a small call does not wait for the whole of a large one. A call that is alone has its
 * next tasks on the way before the threads are free.
 */
export class Jobs {
  readonly #replace: () => Promise<Thread | undefined>;
  readonly #running = new Map<Thread, Work | undefined>();
  #waiting: Job[] = [];
  #replacing = 0;
  #ended: Promise<unknown> | undefined;

  /** `replace` makes a thread in the place of one that is lost, if one can be had. */
  constructor(replace: () => Promise<Thread | undefined>) {
    this.#replace = replace;
  }

  /** The number of threads. */
  get size(): number {
    return this.#running.size + this.#replacing;
  }

  add(thread: Thread): void {
    this.#running.set(thread, undefined);
    this.#feed();
  }

  /** Lines up a call. */
  submit(job: Job): void {
    this.#waiting.push(job);
    this.#feed();
  }

  /** Ends a call that is not wanted any more, and soon frees the threads that are at it. */
  cancel(job: Job, reason: unknown): void {
    this.#drop(job, reason);
    const busy = [...this.#running].filter(([, work]) => work?.job === job);
    if (busy.length === 0) return;
    setTimeout(() => {
      for (const [thread] of busy) if (this.#running.get(thread)?.job === job) this.lose(thread);
    }, GRACE);
  }

  /** Puts a new thread in the place of one that died or is not wanted any more. */
  lose(thread: Thread): void {
    void thread.stop();
    if (!this.#running.delete(thread)) return;
    this.#replacing += 1;
    void this.#replace().then((next) => {
      this.#replacing -= 1;
      if (next && this.#ended) void next.stop();
      else if (next) this.add(next);
    });
  }

  /** Throws DISPOSED after the end. */
  refuseIfEnded(operation: string): void {
    if (this.#ended) refuse("DISPOSED", operation, "pool", "terminated", "a live pool");
  }

  /** Ends all calls with DISPOSED, and all threads. */
  async end(): Promise<void> {
    this.#ended ??= Promise.all([...this.#running.keys()].map((thread) => thread.stop()));
    for (const job of [...this.#waiting, ...Array.from(this.#running.values(), (work) => work?.job)]) {
      try {
        if (job) this.refuseIfEnded(job.operation);
      } catch (error) {
        job?.fail(error);
      }
    }
    this.#waiting = [];
    this.#running.clear();
    dropSpares();
    await this.#ended;
  }

  #drop(job: Job, reason: unknown): void {
    job.fail(reason);
    this.#waiting = this.#waiting.filter((other) => other !== job);
  }

  #feed(): void {
    for (const [thread, work] of this.#running) {
      const job = work ? undefined : this.#waiting.shift();
      if (job) this.#send(thread, { job, tasks: 0 });
    }
    // Threads that are busy with a call that waits alone get its next tasks beforehand.
    if (this.#waiting.length > 1) return;
    for (const [thread, work] of this.#running) {
      if (!work || work.job !== this.#waiting[0] || work.tasks >= thread.depth) continue;
      this.#waiting.shift();
      this.#send(thread, work);
    }
  }

  /** Sends the next task of a call, which then waits for its next turn. */
  #send(thread: Thread, work: Work): void {
    const { job } = work;
    const index = job.next++;
    if (job.next < job.tasks.length) this.#waiting.push(job);
    work.tasks += 1;
    this.#running.set(thread, work);
    void this.#run(thread, work, index);
  }

  async #run(thread: Thread, work: Work, index: number): Promise<void> {
    const { job } = work;
    try {
      const reply = thread.run(copying(job.operation, () => (job.tasks[index] as Plan["tasks"][number])(thread.lend)));
      const answer = await reply.catch((cause: unknown) => {
        this.lose(thread);
        refuse("MEMORY", job.operation, "threads", `a worker that died (${String(cause)})`, "one that lives");
      });
      const value = valueOf(answer);
      // The value may be in a buffer of the task's; it is kept when it was put to its place.
      const taken = buffersIn(value);
      keep([...buffersIn(answer.task)].filter((buffer) => !taken.has(buffer)));
      job.take(index, value);
    } catch (error) {
      this.#drop(job, error);
    }
    work.tasks -= 1;
    if (!this.#running.has(thread)) return;
    if (work.tasks === 0) this.#running.set(thread, undefined);
    this.#feed();
  }
}
