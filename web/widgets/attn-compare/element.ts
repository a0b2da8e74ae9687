import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { Computation } from "../shared/tasks/computation.js";
import { messageOf } from "../shared/tasks/protocol.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { better, captionOf, middle, type Origin } from "./caption.js";
import { compareCode } from "./copy-as-javascript.js";
import { headsCsv } from "./exports.js";
import { drifts, headsOfFile, shapeOf, syntheticHeads, type Heads } from "./heads.js";
import type { HeadsMeasured } from "./measure.js";
import { schema, type CompareState, type SourceName } from "./schema.js";
import { carriedLayer, layerInView, modelHeads, modelName, sources } from "./source.js";
import { compareStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type CompareText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { controls } from "./view/controls.js";
import { headsView, headView } from "./view/views.js";

/**
 * `<attn-compare>`: Performer, Nyström, linear and sparse attention on the same queries, keys and values, head by head, by
 * one ruler.
 *
 * Attributes: `source`, `layer`, `head`, `budget`, `seed`, `table` (see `schema`), `theme`, `lang`. Parts: `widget`, `title`,
 * `caption`. Events (bubbling, composed): `config-change` { state } when the state has changed; `compare-change` with the
 * numbers in view when they have.
 */
export class AttnCompare extends FigureElement<typeof schema, CompareText> {
  static override styles = compareStyles;
  static override properties: PropertyDeclarations = {
    ...FigureElement.propertiesOf(schema),
    heads: { state: true },
    problem: { state: true },
  };
  static override script = "attn-compare.single.js";

  declare source: SourceName;
  declare layer: number;
  declare head: number;
  declare budget: number;
  declare seed: number;
  declare private heads: Heads | undefined;
  declare private problem: string | undefined;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-compare"), sharedLab);
  private readonly all = new Computation(this, this.runner, "measureHeads");
  private readonly one = new Computation(this, this.runner, "measureHead");
  private asked = "";
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
    this.all.stop();
    this.one.stop();
    this.runner.stop();
  }

  /** What there is of the state that an author wrote. */
  private get view(): CompareState {
    const source = sources.includes(this.source) ? this.source : "sentence";
    const { heads } = this.heads === undefined ? { heads: 1 } : shapeOf(this.heads);
    return {
      ...this.state,
      source,
      layer: layerInView(source, this.layer),
      head: Math.min(this.head, heads),
      budget: Math.min(this.budget, 1024),
    };
  }

  /** Brings the heads of the state in, unless they are here. */
  private async fetchHeads({ source, layer, seed }: CompareState): Promise<void> {
    const wanted = source === "synthetic" ? `synthetic ${seed}` : source === "own" ? "own" : `${source} ${layer}`;
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.problem = undefined;
    if (source === "own") return; // the reader's file brings them
    try {
      const heads = source === "synthetic" ? syntheticHeads(seed) : await modelHeads(source, layer);
      if (wanted === this.asked) this.heads = heads;
    } catch (error) {
      this.asked = "";
      this.problem = messageOf(error);
    }
  }

  private async take(file: File): Promise<void> {
    try {
      this.problem = undefined;
      this.heads = headsOfFile(file.name, new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.lab === undefined) return;
    const { view } = this;
    if (this.problem === undefined || changed.has("source") || changed.has("layer")) void this.fetchHeads(view);
    const { heads } = this;
    if (heads === undefined) return;
    const { budget, seed } = view;
    const input = { heads, budget, seed };
    this.all.want(input, JSON.stringify([heads.name, budget, seed]));
    this.one.want({ ...input, head: view.head - 1 }, JSON.stringify([heads.name, budget, seed, view.head]));
  }

  private get origin(): Origin {
    const { source, layer } = this.view;
    const file = this.all.input?.heads.name ?? "";
    return { source, layer: layer === 0 ? carriedLayer : layer, model: modelName, file };
  }

  private captionFor(measured: HeadsMeasured): string {
    return captionOf(this.t, this.numbers, measured, this.origin);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const measured = this.all.result;
    if (measured === undefined || this.all.running !== undefined) return;
    const { errors, performer, heads, n, budget } = measured;
    const drawn = performer.map((range) => range.middle);
    const detail = {
      source: this.view.source,
      heads,
      n,
      budget,
      performer: middle(drawn),
      nystrom: middle(errors.nystrom),
      linear: middle(errors.linear),
      sparse: middle(errors.sparse),
      uniform: middle(errors.uniform),
      performerBetter: better(drawn, errors.uniform),
    };
    const news = JSON.stringify([detail, this.all.input?.heads.name]);
    if (news === this.told) return;
    this.tell("compare-change", detail, this.captionFor(measured), this.told === "");
    this.told = news;
  }

  protected override picture(): TemplateResult {
    const { t, numbers, width, dark, table, view, all, one, problem } = this;
    const running = all.running ?? one.running;
    const failed = all.problem ?? one.problem;
    const given = { t, numbers, width, dark, table };
    const warn = (text: string): TemplateResult => html`<p class="warning" role="alert">${text}</p>`;
    return html`${controls({
        t,
        state: view,
        heads: this.heads === undefined ? 1 : shapeOf(this.heads).heads,
        onChange: (change) => {
          this.state = change;
        },
        onFile: (file) => void this.take(file),
        onReset: () => this.reset(),
      })}
      ${problem === undefined ? nothing : warn(t("loadFailed", { reason: problem }))}
      ${failed === undefined ? nothing : warn(t("failed", { reason: failed }))}
      <div class="stage ${running === undefined ? "" : "old"}">
        ${
          running === undefined
            ? nothing
            : html`<p class="progress">
                <progress aria-label=${t("computing")} max="1" .value=${running}></progress>
                <button
                  type="button"
                  @click=${() => {
                    all.cancel();
                    one.cancel();
                  }}
                >
                  ${t("cancel")}
                </button>
              </p>`
        }
        ${
          all.result === undefined
            ? html`<p class="note waiting">${t(this.lab === undefined ? "waiting" : "computing")}</p>`
            : headsView(
                given,
                all.result,
                Math.min(view.head, all.result.heads),
                this.captionFor(all.result),
                (head) => {
                  this.head = head;
                },
              )
        }
        ${view.source === "synthetic" ? html`<p class="note">${t("driftNote", { drifts: drifts.join(", ") })}</p>` : nothing}
        ${one.result === undefined ? nothing : headView(given, one.result)}
      </div>
      ${this.takeAway(all.result && this.takeable(all.result), view.source !== "own")}`;
  }

  private takeable(measured: HeadsMeasured): Takeable {
    const { source, budget, seed } = this.view;
    const caption = this.captionFor(measured);
    return {
      name: `compare-${source}`,
      caption,
      code: () => compareCode(caption, { ...this.origin, budget, seed, n: measured.n }),
      csv: () => headsCsv(measured),
    };
  }
}
