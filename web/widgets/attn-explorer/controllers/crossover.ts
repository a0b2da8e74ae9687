import { messageOf } from "../../shared/tasks/protocol.js";
import { isCancelled, type TaskRunner } from "../../shared/tasks/runner.js";
import type { Problem } from "../problem.js";
import type { Crossover } from "../speed/crossover.js";
import type { tasks } from "../tasks.js";

const samples = 5;

/** Times attention against n on the reader's machine, in the worker: once when the view is first shown, and when asked. */
export class CrossoverMeasurement {
  result: Crossover | undefined;
  /** Share done, while it runs. */
  running: number | undefined;
  problem: Problem | undefined;
  private begun = false;

  constructor(
    private readonly host: { requestUpdate(): void },
    private readonly runner: TaskRunner<typeof tasks>,
  ) {}

  /** To be called when the view is shown. */
  begin(): void {
    if (!this.begun) void this.measure();
  }

  async measure(): Promise<void> {
    this.begun = true;
    this.problem = undefined;
    this.tell(0);
    try {
      this.result = await this.runner.run("timeCrossover", { samples }, { onProgress: (share) => this.tell(share) });
    } catch (error) {
      if (!isCancelled(error)) this.problem = (t) => t("computeFailed", { reason: messageOf(error) });
    } finally {
      this.tell(undefined);
    }
  }

  cancel(): void {
    this.runner.cancel("timeCrossover");
  }

  stop(): void {
    this.cancel();
    if (this.result === undefined) this.begun = false;
  }

  private tell(share: number | undefined): void {
    this.running = share;
    this.host.requestUpdate();
  }
}
