import { messageOf } from "./protocol.js";
import { isCancelled, type TaskRunner } from "./runner.js";
import type { InputOf, OutputOf, TaskTable } from "./task.js";

/** A task's latest result, whatever it was asked for since. */
export class Computation<Tasks extends TaskTable, Name extends keyof Tasks & string> {
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

  /**
   * Computes unless this is what was asked for last; a new question replaces one that is being worked on. Inputs with the
   * same key are the same.
   */
  want(input: InputOf<Tasks[Name]>, key = JSON.stringify(input)): void {
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
