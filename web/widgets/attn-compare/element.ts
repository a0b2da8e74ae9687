import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { progress } from "../shared/figure-parts.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import type { Entry } from "../shared/matrices/linked.js";
import { Computation } from "../shared/tasks/computation.js";
import { messageOf } from "../shared/tasks/protocol.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { captionOf, layersCaption, totalsOf, type Origin } from "./caption.js";
import { compareCode } from "./copy-as-javascript.js";
import { headsCsv } from "./exports.js";
import { drifts, HeadsProblem, headsOfFile, shapeOf, syntheticHeads, type Heads } from "./heads.js";
import type { HeadsMeasured } from "./measure.js";
import { schema, type CompareState, type SourceName, type ViewName } from "./schema.js";
import { carriedLayer, comparable, layerInView, modelHeads, modelName, sources } from "./source.js";
import { compareStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type CompareText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { controls, viewChoice, type ControlsProps } from "./view/controls.js";
import { layersView } from "./view/layers.js";
import type { ViewProps } from "./view/parts.js";
import { headsView, headView } from "./view/views.js";

/**
 * `<attn-compare>`: Performer, Nyström, linear and sparse attention on the same queries, keys and values, head by head, by
 * one ruler; and how they do in all layers of a model.
 *
 * Attributes: `view`, `source`, `layer`, `head`, `budget`, `seed`, `table` (see `schema`), `theme`, `lang`. Parts: `widget`, `title`,
 * `caption`. Events (bubbling, composed): `config-change` { state } when the state has changed; `compare-change` with the
 * numbers in view when they have.
 */
export class AttnCompare extends FigureElement<typeof schema, CompareText> {
  static override styles = compareStyles;
  static override properties: PropertyDeclarations = {
    ...FigureElement.propertiesOf(schema),
    heads: { state: true },
    layers: { state: true },
    loading: { state: true },
    problem: { state: true },
    pointed: { state: true },
    place: { state: true },
  };
  static override script = "attn-compare.single.js";

  declare view: ViewName;
  declare source: SourceName;
  declare layer: number;
  declare head: number;
  declare budget: number;
  declare seed: number;
  declare private heads: Heads | undefined;
  /** All layers of a text. */
  declare private layers: readonly Heads[];
  /** Share of them that has come, while they do. */
  declare private loading: number | undefined;
  declare private problem: unknown;
  /** What is pointed at in the matrices, and among the layers. */
  declare private pointed: Entry | undefined;
  declare private place: Entry | undefined;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-compare"), sharedLab);
  private readonly all = new Computation(this, this.runner, "measureHeads");
  private readonly one = new Computation(this, this.runner, "measureHead");
  private readonly every = new Computation(this, this.runner, "measureLayers");
  private asked = "";
  private layersAsked = "";
  private told = "";

  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
    this.layers = [];
  }

  protected override get question(): string {
    return this.t("title");
  }

  protected override stop(): void {
    super.stop();
    for (const computation of [this.all, this.one, this.every]) computation.stop();
    this.runner.stop();
  }

  /** What there is of the state that an author wrote. */
  private get shown(): CompareState {
    const source = sources.includes(this.source) ? this.source : "sentence";
    const { heads } = this.heads === undefined ? { heads: 1 } : shapeOf(this.heads);
    const whole = this.view === "layers" && comparable(source).length > 1;
    return {
      ...this.state,
      source,
      view: whole ? "layers" : "heads",
      // Side by side, no layer is the four heads that travel with the widget.
      layer: layerInView(source, whole && this.layer === 0 ? carriedLayer : this.layer),
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
      this.problem = error;
    }
  }

  /** Brings all layers of a text in, one after the other. */
  private async fetchLayers(source: SourceName): Promise<void> {
    if (this.layersAsked === source || !(source === "sentence" || source === "passage")) return;
    this.layersAsked = source;
    try {
      const numbers = comparable(source);
      const layers: Heads[] = [];
      for (const layer of numbers) {
        this.loading = layers.length / numbers.length;
        layers.push(await modelHeads(source, layer));
        if (source !== this.layersAsked) return;
      }
      this.layers = layers;
    } catch (error) {
      this.layersAsked = "";
      this.problem = error;
    }
    this.loading = undefined;
  }

  private async take(file: File): Promise<void> {
    try {
      this.problem = undefined;
      this.heads = headsOfFile(file.name, new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      this.problem = error;
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.lab === undefined) return;
    const { shown } = this;
    const { budget, seed, source, view } = shown;
    if (this.problem === undefined || changed.has("source") || changed.has("layer") || changed.has("view")) {
      void this.fetchHeads(shown);
      if (view === "layers") void this.fetchLayers(source);
    }
    const { heads, layers } = this;
    if (view === "layers" && layers[0]?.source === source) {
      this.every.want({ layers, budget, seed }, JSON.stringify([source, budget, seed]));
    }
    if (heads === undefined) return;
    const input = { heads, budget, seed };
    if (view === "heads") this.all.want(input, JSON.stringify([heads.name, budget, seed]));
    this.one.want({ ...input, head: shown.head - 1 }, JSON.stringify([heads.name, budget, seed, shown.head]));
  }

  /** Whose heads are in view, which until others are there are those of before. */
  private get origin(): Origin {
    const { source = "sentence", layer = 0, name = "" } = this.all.input?.heads ?? {};
    return { source, layer, model: modelName, file: name };
  }

  /** What the view in sight comes to; undefined until it has been computed once. */
  private get found(): Found | undefined {
    const { t, numbers, shown, all, every } = this;
    const { source, budget, seed, view } = shown;
    if (view === "heads") {
      const { result } = all;
      if (result === undefined) return undefined;
      const caption = captionOf(t, numbers, result, this.origin);
      const layers = [this.origin.layer];
      return {
        measured: [result],
        caption,
        name: `compare-${this.origin.source}`,
        code: () => compareCode(caption, { ...this.origin, layers, budget, seed, n: result.n }),
        csv: () => headsCsv([result], layers),
      };
    }
    const { result, input } = every;
    if (result === undefined || input?.layers[0]?.source !== source) return undefined;
    const caption = layersCaption(t, numbers, result, modelName);
    const layers = comparable(source);
    return {
      measured: result,
      caption,
      name: `compare-${source}-layers`,
      code: () => compareCode(caption, { source, layers, file: "", budget, seed, n: result[0]?.n ?? 0 }),
      csv: () => headsCsv(result, layers),
    };
  }

  /** How far what the view in sight waits for is. */
  private get running(): number | undefined {
    const { shown, all, one, every, loading } = this;
    return shown.view === "heads" ? (all.running ?? one.running) : (loading ?? every.running ?? one.running);
  }

  /** Whether there will be a picture if nothing else is done. */
  private get coming(): boolean {
    return this.running !== undefined || (this.problem === undefined && this.shown.source !== "own");
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { found, shown } = this;
    const [first] = found?.measured ?? [];
    const running = shown.view === "heads" ? this.all.running : this.every.running;
    if (found === undefined || first === undefined || running !== undefined) return;
    const { heads, uniform, methods } = totalsOf(found.measured);
    const detail = {
      view: shown.view,
      source: shown.source,
      heads,
      n: first.n,
      budget: first.budget,
      performer: methods.performer.middle,
      nystrom: methods.nystrom.middle,
      linear: methods.linear.middle,
      sparse: methods.sparse.middle,
      uniform,
      performerBetter: methods.performer.better,
    };
    const news = JSON.stringify([detail, found.name, this.all.input?.heads.name]);
    if (news === this.told) return;
    this.tell("compare-change", detail, found.caption, this.told === "");
    this.told = news;
  }

  /** What went wrong, in words. */
  private get excuses(): readonly string[] {
    const { t, problem, all, one, every } = this;
    const failed = all.problem ?? one.problem ?? every.problem;
    return [
      ...(problem === undefined
        ? []
        : [
            problem instanceof HeadsProblem
              ? t(problem.kind, { found: problem.found })
              : t("loadFailed", { reason: messageOf(problem) }),
          ]),
      ...(failed === undefined ? [] : [t("failed", { reason: failed })]),
    ];
  }

  private get controlsProps(): ControlsProps {
    return {
      t: this.t,
      state: this.shown,
      heads: this.heads === undefined ? 1 : shapeOf(this.heads).heads,
      onChange: (change) => {
        this.state = change;
      },
      onFile: (file) => void this.take(file),
      onReset: () => this.reset(),
    };
  }

  protected override underway(): unknown {
    return progress(this.t, this.running, () => this.cancel());
  }

  protected override controls(): TemplateResult {
    return controls(this.controlsProps);
  }

  protected override picture(): TemplateResult {
    const { t, numbers, width, dark, table, shown, found, one, running } = this;
    const given: ViewProps = {
      ...{ t, numbers, width, dark, table, under: this.under },
      pointed: this.pointed,
      onPoint: (entry) => {
        this.pointed = entry;
      },
    };
    return html`${viewChoice(this.controlsProps)} ${this.over}
      ${this.excuses.map((text) => html`<p class="warning" role="alert">${text}</p>`)}
      ${shown.source === "own" && this.heads?.source !== "own" ? html`<p class="note">${t("fileWaiting")}</p>` : nothing}
      <div class="stage ${running === undefined ? "" : "old"}">
        ${this.atop}
        ${found === undefined ? this.instead(t(this.lab === undefined ? "waiting" : this.loading === undefined ? "computing" : "loading"), this.coming) : this.overview(given, found)}
        ${found === undefined || one.result === undefined ? nothing : headView(given, one.result)}
      </div>
      ${this.takeAway(found, shown.source !== "own")}`;
  }

  private overview(given: ViewProps, { measured, caption }: Found): TemplateResult {
    const { t, shown, origin } = this;
    const { view, source, layer, head } = shown;
    if (view === "layers") {
      return layersView({
        ...given,
        measured,
        caption,
        layers: comparable(source),
        chosen: { layer, head },
        pointed: this.place,
        onPoint: (entry) => {
          this.place = entry;
        },
        onChoose: (chosen, one) => {
          this.state = { layer: chosen, head: one };
        },
      });
    }
    const [first] = measured;
    if (first === undefined) return html``;
    const choose = (chosen: number): void => {
      this.head = chosen;
    };
    return html`${headsView(given, first, Math.min(head, first.heads), caption, choose)}
    ${origin.source === "synthetic" ? html`<p class="note">${t("driftNote", { drifts: drifts.join(", ") })}</p>` : nothing}`;
  }

  private cancel(): void {
    for (const computation of [this.all, this.one, this.every]) computation.cancel();
  }
}

/** What a view shows, says, and gives away. */
interface Found extends Takeable {
  /** Of one layer, or of all. */
  readonly measured: readonly HeadsMeasured[];
}
