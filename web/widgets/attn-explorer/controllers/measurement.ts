import type { Lab } from "../../../package/index.js";
import { messageOf } from "../../shared/tasks/protocol.js";
import { isCancelled, type TaskRunner } from "../../shared/tasks/runner.js";
import { runSliced } from "../../shared/tasks/task.js";
import { attentionFlops, timeAttention, type Timing, type TimingInput } from "../benchmark.js";
import type { AttentionData } from "../data/attention-data.js";
import type { Problem } from "../problem.js";
import type { tasks } from "../tasks.js";
import type { Measured } from "../view/machine.js";

/** One call of more than this goes to the worker. */
const quickFlops = 2e8;
/** The page is left to settle for this long, in milliseconds, before anything is timed. */
const settling = 600;
const samples = 9;

/** Times exact attention on the reader's machine: on the data in view by itself, on a fair size when asked. */
export class Measurement {
  /** For the data in view. */
  here: Measured | undefined;
  fair: Timing | undefined;
  /** Share done of the fair measurement, while it runs. */
  running: number | undefined;
  problem: Problem | undefined;
  private measured: AttentionData | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort = new AbortController();

  constructor(
    private readonly host: { requestUpdate(): void },
    private readonly runner: TaskRunner<typeof tasks>,
  ) {}

  /** To be called when `data` are shown: times them once, when the page has come to rest. */
  schedule(lab: Lab, data: AttentionData): void {
    if (this.measured === data) return;
    this.stop();
    this.measured = data;
    this.timer = setTimeout(() => void this.time(lab, data), settling);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.abort.abort();
    this.abort = new AbortController();
    this.running = undefined;
    if (this.here === undefined) this.measured = undefined;
  }

  async measureFairSize(): Promise<void> {
    const tell = (share: number | undefined): void => {
      this.running = share;
      this.host.requestUpdate();
    };
    this.problem = undefined;
    tell(0);
    try {
      this.fair = await this.runner.run("timeFairSize", { samples }, { onProgress: tell });
    } catch (error) {
      this.explain(error);
    } finally {
      tell(undefined);
    }
  }

  cancel(): void {
    this.runner.cancel("timeFairSize");
  }

  private async time(lab: Lab, data: AttentionData): Promise<void> {
    const { heads, keyHeads, nQ, nK, d, dV } = data;
    // The shipped extract has no values: its keys stand in, for speed does not depend on the numbers.
    const v = data.v === undefined ? { data: data.k, width: d } : { data: data.v, width: dV };
    const input: TimingInput = {
      q: { data: data.q, shape: [heads, nQ, d] },
      k: { data: data.k, shape: [keyHeads, nK, d] },
      v: { data: v.data, shape: [keyHeads, nK, v.width] },
      samples,
    };
    try {
      const timing =
        attentionFlops(heads, nQ, nK, d, v.width) <= quickFlops
          ? await runSliced(timeAttention(lab, input), { signal: this.abort.signal })
          : await this.runner.run("timeAttention", input);
      this.here = { timing, heads, n: nQ, d };
    } catch (error) {
      this.explain(error);
    }
    this.host.requestUpdate();
  }

  private explain(error: unknown): void {
    if (!isCancelled(error)) this.problem = (t) => t("computeFailed", { reason: messageOf(error) });
  }
}
