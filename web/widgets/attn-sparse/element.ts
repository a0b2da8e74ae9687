import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { progress } from "../shared/figure-parts.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import type { Entry } from "../shared/matrices/linked.js";
import { Computation } from "../shared/tasks/computation.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { captionOf } from "./caption.js";
import { sparseCode } from "./copy-as-javascript.js";
import { patternCsv } from "./exports.js";
import { clamped, patternFound, type PatternFound } from "./pattern.js";
import { schema, type PatternName, type SparseState } from "./schema.js";
import type { Speed } from "./speed.js";
import { sparseStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type SparseText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { controls } from "./view/controls.js";
import { patternView, speedView } from "./view/views.js";

/**
 * `<attn-sparse>`: which entries of the attention matrix a sparse pattern keeps, how many that are, and how far a token sees
 * after several layers.
 *
 * Attributes: `pattern`, `window`, `dilation`, `block`, `blocks`, `random`, `globals`, `causal`, `layers`,
 * `seed`, `table` (see `schema`), `theme`, `lang`. Parts: `widget`, `title`, `caption`. Events (bubbling, composed):
 * `config-change` { state } when the state has changed; `sparse-change` with the numbers in view when they have.
 */
export class AttnSparse extends FigureElement<typeof schema, SparseText> {
  static override styles = sparseStyles;
  static override properties: PropertyDeclarations = {
    ...FigureElement.propertiesOf(schema),
    pointed: { state: true },
  };
  static override script = "attn-sparse.single.js";

  declare pattern: PatternName;
  declare window: number;
  declare dilation: number;
  declare block: number;
  declare blocks: number;
  declare random: number;
  declare globals: number;
  declare causal: boolean;
  declare layers: number;
  declare seed: number;
  declare private pointed: Entry | undefined;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-sparse"), sharedLab);
  private readonly timing = new Computation(this, this.runner, "timeSparse");
  private found: PatternFound | undefined;
  private key = "";
  private told = "";

  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
  }

  protected override get question(): string {
    return this.t("title");
  }

  protected override stop(): void {
    super.stop();
    this.timing.stop();
    this.runner.stop();
  }

  private get view(): SparseState {
    return clamped(this.state);
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.lab === undefined) return;
    const state = { ...this.view, table: false };
    const key = JSON.stringify({ ...state, layers: 0 });
    if (key !== this.key) this.found = patternFound(this.lab, state);
    else if (this.found !== undefined) this.found = { ...this.found, state };
    this.key = key;
  }

  /** Times of the pattern in view, if they were asked for. */
  private get speed(): Speed | undefined {
    const { result, input } = this.timing;
    return input !== undefined && JSON.stringify(input) === JSON.stringify(this.timed) ? result : undefined;
  }

  /** What is timed: the pattern, however many layers. */
  private get timed() {
    return { ...this.view, layers: 1, table: false };
  }

  private captionFor(found: PatternFound): string {
    return captionOf(this.t, this.numbers, found);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { found } = this;
    if (found === undefined) return;
    const { pattern, layers } = found.state;
    const { count, all, reach } = found;
    const detail = { pattern, layers, kept: count, keptShare: count / all, reached: reach.shares[layers - 1] };
    const news = JSON.stringify(detail);
    if (news === this.told) return;
    this.tell("sparse-change", detail, this.captionFor(found), this.told === "");
    this.told = news;
  }

  protected override controls(): TemplateResult {
    return controls({
      t: this.t,
      state: this.view,
      onChange: (change) => {
        this.state = change;
      },
      onReset: () => this.reset(),
    });
  }

  protected override picture(): TemplateResult {
    const { t, numbers, width, dark, table, view, found, timing, speed } = this;
    const given = {
      ...{ t, numbers, width, dark, table, under: this.under },
      pointed: this.pointed,
      onPoint: (entry: Entry | undefined): void => {
        this.pointed = entry;
      },
      onLayers: (layers: number): void => {
        this.layers = layers;
      },
    };
    return html`${this.over}
      <div class="stage">
        ${
          found === undefined
            ? this.instead(t("waiting"))
            : html`${patternView(given, found, this.captionFor(found))} ${this.timingView()}
              ${speed === undefined ? nothing : speedView(given, speed, view.causal)}`
        }
        ${timing.problem === undefined ? nothing : html`<p class="warning" role="alert">${t("failed", { reason: timing.problem })}</p>`}
      </div>
      ${this.takeAway(found && this.takeable(found))}`;
  }

  private timingView(): TemplateResult {
    const { t, timing, speed } = this;
    if (timing.running !== undefined) return html`${progress(t, timing.running, () => timing.cancel())}`;
    // A number of the request in the key: the same pattern can be timed again.
    return html`<p class="progress">
      <button type="button" class="time" @click=${() => timing.want(this.timed, String(performance.now()))}>
        ${t(speed === undefined ? "time" : "timeAgain")}
      </button>
      <span class="note">${t("timeNote")}</span>
    </p>`;
  }

  private takeable(found: PatternFound): Takeable {
    const caption = this.captionFor(found);
    return {
      name: `sparse-${found.state.pattern}`,
      caption,
      code: () => sparseCode(caption, found.state),
      csv: () => patternCsv(found, this.speed),
    };
  }
}
