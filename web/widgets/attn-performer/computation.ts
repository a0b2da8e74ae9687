import { messageOf } from "../shared/tasks/protocol.js";
import { isCancelled, type TaskRunner } from "../shared/tasks/runner.js";
import type { InputOf, OutputOf } from "../shared/tasks/task.js";
import type { tasks } from "./tasks.js";

type Tasks = typeof tasks;
export type TaskName = keyof Tasks;

/** A task's latest result, whatever it was asked for since. */
export class Computation<Name extends TaskName> {
  result: OutputOf<Tasks[Name]> | undefined;
  /** What the result belongs to. */
  input: InputOf<Tasks[Name]> | undefined;
  /** Share done, while it runs. */
  running: number | undefined;
  problem: string | undefined;
  private asked = "";

  constructor(
    private readonly host: { requestUpdate(): void },
    private readonly runner: TaskRunner<Tasks>,
    private readonly name: Name,
  ) {}

  /** Computes unless this is what was asked for last; a new question replaces one that is being worked on. */
  want(input: InputOf<Tasks[Name]>): void {
    const key = JSON.stringify(input);
    if (key === this.asked) return;
    this.asked = key;
    void this.run(input, key);
  }

  again(): void {
    const { input, asked } = this;
    if (input !== undefined) void this.run(input, asked);
  }

  cancel(): void {
    this.runner.cancel(this.name);
  }

  /** Lets go; what is asked for next is computed anew unless it is there. */
  stop(): void {
    this.cancel();
    if (this.result === undefined) this.asked = "";
  }

  private async run(input: InputOf<Tasks[Name]>, key: string): Promise<void> {
    this.problem = undefined;
    this.tell(0);
    try {
      const onProgress = (share: number): void => this.tell(share);
      const result = await this.runner.run(this.name, input, { onProgress });
      if (key !== this.asked) return;
      this.result = result;
      this.input = input;
    } catch (error) {
      if (!isCancelled(error)) this.problem = messageOf(error);
      else if (key !== this.asked) return;
    }
    this.tell(undefined);
  }

  private tell(share: number | undefined): void {
    this.running = share;
    this.host.requestUpdate();
  }
}
