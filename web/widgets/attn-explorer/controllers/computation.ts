import type { Lab } from "../../../package/index.js";
import { messageOf } from "../../shared/tasks/protocol.js";
import { isCancelled, type TaskRunner } from "../../shared/tasks/runner.js";
import { runNow } from "../../shared/tasks/task.js";
import { analyze, rowOf, type Analysis, type AnalysisInput, type Row } from "../analysis.js";
import { headOf, type AttentionData } from "../data/attention-data.js";
import type { Problem } from "../problem.js";
import { scaleNames, type ScaleName } from "../schema.js";
import type { tasks } from "../tasks.js";
import { thumbnailsOf, type Thumbnail } from "../thumbnails.js";

/** Up to this many weights are computed at once on the page: some 10 ms, logarithms for the entropies included. */
const quickEntries = 1 << 17;
/** More weights than this, all heads together, are not worth their thumbnails. */
const thumbnailEntries = 1 << 25;
/** How long the worker may take, in milliseconds, before its progress is shown. */
const patience = 300;
/** Most rows and columns of the map. */
const limit = 512;

/** What is to be computed. `head` counts from 0. */
export interface Wanted {
  readonly lab: Lab;
  readonly data: AttentionData;
  readonly head: number;
  readonly scale: ScaleName;
  readonly causal: boolean;
}

interface Busy {
  readonly rows: number;
  readonly columns: number;
  readonly share: number;
}

/**
 * Keeps analysis and thumbnails in step with what the host wants: small ones at once, large ones in the worker, where a new
 * wish replaces the one under way and the last finished picture stays in view.
 */
export class Computation {
  analysis: Analysis | undefined;
  /** What `analysis` was computed from; lags behind the wish while the worker is busy. */
  shown: Wanted | undefined;
  thumbnails: readonly Thumbnail[] | undefined;
  busy: Busy | undefined;
  problem: Problem | undefined;
  private wanted: Wanted | undefined;
  private kept: { readonly index: number; readonly row: Row } | undefined;

  constructor(
    private readonly host: { requestUpdate(): void },
    private readonly runner: TaskRunner<typeof tasks>,
  ) {}

  /** Computes what is new about the wish; cheap when nothing is. */
  update(wanted: Wanted): void {
    const before = this.wanted;
    if (before !== undefined && same(before, wanted)) return;
    this.wanted = wanted;
    this.problem = undefined;
    const { data, lab } = wanted;
    const entries = data.nQ * data.nK;
    try {
      if (before === undefined || !same({ ...before, head: wanted.head }, wanted)) this.updateThumbnails(wanted);
      if (entries * scaleNames.length <= quickEntries) {
        this.runner.cancel("analyze");
        this.busy = undefined;
        this.show(wanted, runNow(analyze(lab, inputOf(wanted))));
      } else void this.computeAway(wanted);
    } catch (error) {
      this.problem = (t) => t("computeFailed", { reason: messageOf(error) });
    }
  }

  /** Gives up the computation under way; the picture stays as it is. */
  cancel(): void {
    this.runner.cancel("analyze");
    this.busy = undefined;
    this.problem = (t) => t("cancelled");
    this.host.requestUpdate();
  }

  /** Lets go when the host leaves the page; the next update computes anew what was not finished. */
  stop(): void {
    this.busy = undefined;
    if (this.shown !== this.wanted) this.wanted = undefined;
  }

  /** Row of query `index` of what is shown; the last one is kept, since a picture asks for it several times. */
  row(index: number): Row | undefined {
    if (this.shown === undefined || index < 0) return undefined;
    if (this.kept?.index !== index) this.kept = { index, row: rowOf(this.shown.lab, inputOf(this.shown), index) };
    return this.kept.row;
  }

  private async computeAway(wanted: Wanted): Promise<void> {
    const { nQ: rows, nK: columns } = wanted.data;
    const tell = (busy: Busy | undefined): void => {
      this.busy = busy;
      this.host.requestUpdate();
    };
    // What is done sooner comes without word of it; what is told of already goes on from the start.
    let share = 0;
    const tellShare = (): void => tell({ rows, columns, share });
    const late = setTimeout(tellShare, this.busy === undefined ? patience : 0);
    try {
      const onProgress = (done: number): void => {
        share = done;
        if (this.busy !== undefined) tellShare();
      };
      this.show(wanted, await this.runner.run("analyze", inputOf(wanted), { onProgress }));
      tell(undefined);
    } catch (error) {
      if (isCancelled(error)) return; // replaced, or given up by the reader, who was told
      this.problem = (t) => t("computeFailed", { reason: messageOf(error) });
      tell(undefined);
    } finally {
      clearTimeout(late);
    }
  }

  private updateThumbnails({ lab, data, scale, causal }: Wanted): void {
    this.runner.cancel("thumbnailsOf");
    const entries = data.nQ * data.nK * data.heads;
    // Only what the thumbnails need crosses to the worker.
    const input = { data: { ...data, v: undefined, queryTokens: undefined, keyTokens: undefined }, scale, causal };
    if (entries <= quickEntries) this.thumbnails = runNow(thumbnailsOf(lab, input));
    else {
      this.thumbnails = undefined;
      if (entries > thumbnailEntries) return;
      this.runner.run("thumbnailsOf", input).then(
        (thumbnails) => {
          this.thumbnails = thumbnails;
          this.host.requestUpdate();
        },
        () => undefined, // heads can be chosen by their numbers as well
      );
    }
  }

  private show(wanted: Wanted, analysis: Analysis): void {
    this.analysis = analysis;
    this.shown = wanted;
    this.kept = undefined;
  }
}

const same = (a: Wanted, b: Wanted): boolean =>
  a.data === b.data && a.head === b.head && a.scale === b.scale && a.causal === b.causal;

const inputOf = ({ data, head, scale, causal }: Wanted): AnalysisInput => ({
  ...headOf(data, head),
  scale,
  causal,
  limit,
  compare: scaleNames,
});
