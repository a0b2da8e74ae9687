import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Lab } from "../../package/index.js";
import { HeatMap } from "../shared/charts/heat-map.js";
import { segments } from "../shared/controls.js";
import { WidgetElement } from "../shared/element.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { sameEntries } from "../shared/same-entries.js";
import { stateProperties } from "../shared/state-properties.js";
import { takeAwayBar, type FileKind } from "../shared/take-away/bar.js";
import { TakeAway } from "../shared/take-away/take-away.js";
import { messageOf } from "../shared/tasks/protocol.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { translator, type Translate } from "../shared/text.js";
import { strongest, type Row } from "./analysis.js";
import { Computation } from "./controllers/computation.js";
import { CrossoverMeasurement } from "./controllers/crossover.js";
import { Later } from "./controllers/later-views.js";
import { Measurement } from "./controllers/measurement.js";
import { OwnData } from "./controllers/own-data.js";
import { Room } from "./controllers/room.js";
import { ShippedData } from "./controllers/shipped-data.js";
import { rowCode } from "./copy-as-javascript.js";
import type { AttentionData } from "./data/attention-data.js";
import { modelHeads, modelName, shippedText } from "./data/shipped.js";
import type { Problem } from "./problem.js";
import { captionFor, detailOf, type Scene, type View } from "./scene.js";
import { schema, viewNames, type ScaleName, type TextName, type ViewName } from "./schema.js";
import { explorerStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type ExplorerText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { drawMap } from "./view/draw-map.js";
import { headView } from "./view/head-view.js";
import { sourceNote } from "./view/notes.js";
import { ownDataPanel } from "./view/own-data-panel.js";
import { tables } from "./view/tables.js";
import { weightsView } from "./view/weights-view.js";

/** The query, and perhaps the key, that the pointer is on; counted from 0. */
interface Hovered {
  readonly row: number;
  readonly column?: number;
}

/** The question that each view answers. */
const titles = { weights: "title", steps: "titleSteps", speed: "titleSpeed" } as const;
const viewLabels = { weights: "viewWeights", steps: "viewSteps", speed: "viewSpeed" } as const;

/**
 * `<attn-explorer>`: the attention of a real Transformer on a real text, computed in the reader's browser.
 *
 * Attributes: `view`, `text`, `layer`, `head`, `scale`, `causal`, `query`, `key`, `table`, and for the view "steps" `tile`,
 * `step`, `sharpness`, `forget`, `raw` (see `schema`), `theme`, `lang`.
 * Parts: `widget`, `title`, `map`, `steps`, `speed`, `caption`. Colors: `--attnlab-accent` and the other names of shared/theme.ts.
 * Events (bubbling, composed): `config-change` { state } when the state has changed; `attn-change` with the numbers in
 * view (n, d, layer, head, query, key, token, scale, causal, scaleValue, weight, rowEntropy, meanEntropy, effective,
 * variant) when they have.
 */
export class AttnExplorer extends WidgetElement<typeof schema> {
  static override styles = explorerStyles;
  static override properties: PropertyDeclarations = {
    ...stateProperties(schema),
    lab: { state: true },
    hovered: { state: true },
    fatal: { state: true },
  };

  static override script = "attn-explorer.single.js";

  declare view: ViewName;
  declare text: TextName;
  declare layer: number;
  declare head: number;
  declare scale: ScaleName;
  declare causal: boolean;
  declare query: number;
  declare key: number;
  declare table: boolean;
  declare tile: number;
  declare step: number;
  declare sharpness: number;
  declare forget: boolean;
  declare raw: boolean;

  declare private lab: Lab | undefined;
  declare private hovered: Hovered | undefined;
  declare private fatal: Problem | undefined;

  protected readonly schema = schema;
  private t: Translate<ExplorerText> = translator({ en, zh }, "en");
  private started = false;
  /** What `attn-change` last told about, and what the map was last drawn from. */
  private told: readonly unknown[] = [];
  private drawn: readonly unknown[] = [];
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-explorer"), sharedLab);
  private readonly shipped = new ShippedData(this);
  private readonly own = new OwnData(this);
  private readonly computation = new Computation(this, this.runner);
  private readonly measurement = new Measurement(this, this.runner);
  private readonly crossover = new CrossoverMeasurement(this, this.runner);
  private readonly later = new Later(this);
  private readonly room = new Room(this);
  private readonly taken = new TakeAway(this);
  private readonly map = new HeatMap({
    onHover: (cell) => {
      this.hovered = cell;
    },
    onSelect: ({ row, column }) => this.choose(row, column),
  });
  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
  }

  // -------------------------------------------------------------------------------------------------- life

  override connectedCallback(): void {
    super.connectedCallback();
    this.room.widths = { ...this.room.widths, stage: this.likelyRoom };
  }

  protected override start(): void {
    this.map.observe();
    this.room.watch();
    this.started = true;
    this.requestUpdate();
    void this.loadKernels();
    void this.shipped.load();
  }

  protected override stop(): void {
    this.started = false;
    this.runner.stop();
    this.computation.stop();
    this.measurement.stop();
    this.crossover.stop();
    this.map.release();
    this.room.release();
  }

  private async loadKernels(): Promise<void> {
    try {
      this.lab = await sharedLab();
      this.fatal = undefined;
    } catch (error) {
      this.fatal = (t) => t("kernelsFailed", { reason: messageOf(error) });
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("language")) this.t = translator({ en, zh }, this.language);
    if (!this.started) return;
    if (changed.has("text") || changed.has("layer")) {
      this.own.leave();
      void this.shipped.load();
    }
    if (this.view !== "weights") this.later.want();
    const { lab, data, headIndex: head, scale, causal } = this;
    if (lab !== undefined && data !== undefined) this.computation.update({ lab, data, head, scale, causal });
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (this.started) this.room.watch();
    const view = this.shownAt(this.queryIndex);
    if (view !== undefined) this.drawMap(view);
    if (this.lab === undefined || view === undefined) return;
    if (this.view === "speed") this.crossover.begin();
    else this.measurement.schedule(this.lab, view.data);
    const news = [view.analysis, view.query, view.column];
    if (sameEntries(news, this.told)) return;
    // The first picture is not read aloud.
    if (this.told.length > 0) this.say(this.caption(view));
    this.told = news;
    this.dispatchEvent(new CustomEvent("attn-change", { bubbles: true, composed: true, detail: detailOf(view) }));
  }

  override reset(): void {
    this.own.leave();
    this.hovered = undefined;
    super.reset();
  }

  // -------------------------------------------------------------------------------------------------- state

  /** A reader's own data where they are shown, else the layer of the shipped text. */
  private get data(): AttentionData | undefined {
    return this.own.data ?? this.shipped.data;
  }

  private get headIndex(): number {
    return Math.min(this.head, this.data?.heads ?? modelHeads) - 1;
  }

  private get queryIndex(): number {
    return Math.min(this.query, this.data?.nQ ?? this.query) - 1;
  }

  /** The query under the pointer, else the chosen one. */
  private get queryInView(): number {
    return Math.min(this.hovered?.row ?? this.queryIndex, (this.data?.nQ ?? Infinity) - 1);
  }

  /** Chooses a query, and a key of it; without a key the strongest one is shown. */
  private choose(query: number, key?: number): void {
    this.hovered = undefined;
    this.state = { query: query + 1, key: key === undefined ? 0 : key + 1 };
  }

  private shownAt(query: number): View | undefined {
    const { analysis, shown } = this.computation;
    if (analysis === undefined || shown === undefined || shown.data !== this.data) return undefined;
    const row = this.computation.row(query);
    return row && { ...shown, analysis, row, query, column: this.columnOf(row, shown.data) };
  }

  /** The key in view: the one under the pointer, else the chosen one, else the strongest of the row. */
  private columnOf(row: Row, { nK }: AttentionData): number {
    const { hovered, key } = this;
    if (hovered !== undefined) return Math.min(hovered.column ?? strongest(row.weights), nK - 1);
    return key > 0 ? Math.min(key, nK) - 1 : strongest(row.weights);
  }

  private caption(view: View): string {
    return captionFor(this.t, this.numbers, view);
  }

  /** What the views are drawn from, with this query in view. */
  private sceneAt(query: number): Scene {
    const { t, numbers, language, dark, state, lab, data, shipped, own, computation, measurement, crossover } = this;
    return {
      ...{ t, numbers, language, dark, state, lab, data, shipped, own, computation, measurement, crossover },
      ...{ head: this.headIndex, chosen: this.queryIndex, query, shown: this.shownAt(query) },
      widths: this.room.widths,
      onState: (change) => {
        this.state = change;
      },
      onHover: (index) => {
        this.hovered = index === undefined ? undefined : { row: index };
      },
      onChoose: (index) => this.choose(index),
      onReset: () => this.reset(),
    };
  }

  // -------------------------------------------------------------------------------------------------- taking away

  protected override get question(): string {
    return this.t(titles[this.view]);
  }

  /** A program that computes the numbers in view anew; empty while there are none. */
  private get code(): string {
    const scene = this.sceneAt(this.queryIndex);
    const { shown } = scene;
    if (this.view !== "weights") return this.later.module?.laterCode(scene) ?? "";
    return shown === undefined ? "" : rowCode({ ...shown, title: this.caption(shown) });
  }

  private async save(kind: FileKind): Promise<void> {
    try {
      const { saveAs } = await this.later.bring();
      const chart = this.renderRoot.querySelector<SVGSVGElement>(".stage figure > svg");
      saveAs(kind, this.sceneAt(this.queryIndex), chart, this.taken);
    } catch (error) {
      this.taken.tell({ failed: messageOf(error) });
    }
  }

  private async takeFiles(files: readonly File[]): Promise<void> {
    if (await this.own.take(files)) this.state = { head: 1, query: 1, key: 0 };
  }

  private showOwn(): void {
    if (this.own.show()) this.state = { head: 1, query: 1, key: 0 };
  }

  // -------------------------------------------------------------------------------------------------- drawing

  private drawMap(chosen: View): void {
    const { t, hovered, dark, view, room } = this;
    const { data, analysis, query, column } = chosen;
    const drawn = [analysis, query, column, hovered, dark, view, room.widths, t];
    if (sameEntries(drawn, this.drawn)) return;
    this.drawn = drawn;
    drawMap(this.map, {
      chosen,
      under: hovered && this.shownAt(hovered.row),
      dark,
      name: t("mapName"),
      summary: t("mapSummary", { rows: data.nQ, columns: data.nK, caption: this.caption(chosen) }),
    });
  }

  protected override render(): TemplateResult {
    const { t } = this;
    const fatal = this.fatal ?? this.shipped.fatal;
    return this.frame(fatal === undefined ? this.explorer() : this.excuse(fatal(t), t("again")));
  }

  private explorer(): TemplateResult {
    const { t, numbers, view } = this;
    const words = viewNames.map((name) => [name, t(viewLabels[name])] as const);
    const scene = this.sceneAt(this.queryInView);
    const { shown } = scene;
    return html`${segments("view", t("view"), words, view, (name) => {
      this.view = name;
    })}
    ${view === "weights" ? headView(scene, (under) => weightsView(scene, this.map.element, under)) : this.laterView(scene, view)}
    ${this.takeAway(shown)}
    ${this.table && view === "weights" && shown !== undefined ? tables({ t, numbers, key: shown.column, ...shown }) : nothing}
    ${this.ownPanel()}
    ${this.own.data === undefined && view !== "speed" ? sourceNote(t, modelName, shippedText(this.text).source) : nothing}`;
  }

  /** One of the views that are not there from the start. */
  private laterView(scene: Scene, view: "steps" | "speed"): TemplateResult {
    const { module } = this.later;
    if (view === "steps") return headView(scene, (under) => module?.stepsPicture(scene, under) ?? this.awaited());
    return module?.speedPicture(scene) ?? this.awaited();
  }

  /** In the place of a view that is on its way, or has not come. */
  private awaited(): TemplateResult {
    const { t, later } = this;
    if (later.problem === undefined) return html`<p class="note" role="status">${t("viewWaiting")}</p>`;
    return html`<p class="warning" role="alert">${t("viewFailed", { reason: later.problem })}</p>
      <p><button type="button" @click=${() => later.again()}>${t("again")}</button></p>`;
  }

  private takeAway(shown: View | undefined): TemplateResult {
    const { view, later, crossover } = this;
    return takeAwayBar({
      language: this.language,
      taken: this.taken,
      ready:
        (view === "speed" ? crossover.result !== undefined : shown !== undefined) &&
        (view === "weights" || later.module !== undefined),
      // A reader's own numbers stay on the reader's machine: there is nothing to embed or to link to.
      shareable: this.own.data === undefined,
      table: this.table,
      embedCode: () => this.embedCode,
      code: () => this.code,
      permalink: () => this.permalink,
      onSave: (kind) => void this.save(kind),
      onTable: (table) => {
        this.table = table;
      },
    });
  }

  private ownPanel(): TemplateResult {
    return ownDataPanel({
      t: this.t,
      found: this.own.found,
      choice: this.own.choice,
      shown: this.own.data !== undefined,
      problem: this.own.problem?.(this.t),
      onFiles: (files) => void this.takeFiles(files),
      onChoice: (choice) => this.own.choose(choice),
      onShow: () => this.showOwn(),
      onBack: () => this.reset(),
    });
  }
}
