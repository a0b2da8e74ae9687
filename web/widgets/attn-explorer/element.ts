import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Lab } from "../../package/index.js";
import { HeatMap, type Cell } from "../shared/charts/heat-map.js";
import { WidgetElement } from "../shared/element.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { stateProperties } from "../shared/state-properties.js";
import { takeAwayBar } from "../shared/take-away/bar.js";
import { TakeAway } from "../shared/take-away/take-away.js";
import { messageOf } from "../shared/tasks/protocol.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { translator, type Translate } from "../shared/text.js";
import { colorOf } from "../shared/theme.js";
import { meanEntropy, strongest, type Analysis, type Row } from "./analysis.js";
import { captionOf } from "./caption.js";
import { Computation, type Wanted } from "./controllers/computation.js";
import { CrossoverMeasurement } from "./controllers/crossover.js";
import { Measurement } from "./controllers/measurement.js";
import { OwnData } from "./controllers/own-data.js";
import { ShippedData } from "./controllers/shipped-data.js";
import { codeOf, saveAs, type Taking } from "./controllers/saving.js";
import { tokenAt, visibleKeys, type AttentionData } from "./data/attention-data.js";
import { modelHeads, modelLayers, modelName, offeredLayers, offeredTexts, shippedText } from "./data/shipped.js";
import type { Problem } from "./problem.js";
import { schema, type ScaleName, type TextName, type ViewName } from "./schema.js";
import { explorerStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type ExplorerText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { mostOf } from "./thumbnails.js";
import { controls } from "./view/controls.js";
import { entropyChart } from "./view/entropy-chart.js";
import { headPicker } from "./view/head-picker.js";
import { inspector } from "./view/inspector.js";
import { machine } from "./view/machine.js";
import { mapFigure } from "./view/map-figure.js";
import { messages, workingText } from "./view/messages.js";
import { scaleNote, sourceNote } from "./view/notes.js";
import { ownDataPanel } from "./view/own-data-panel.js";
import { speedCaption, speedView } from "./speed/view.js";
import { stepsCaption } from "./steps/caption.js";
import { stepsOf, type Steps } from "./steps/steps.js";
import { stepsView } from "./steps/view.js";
import { tables } from "./view/tables.js";
import { tokenStrip } from "./view/token-strip.js";
import { viewTabs } from "./view/view-tabs.js";
import { who } from "./who.js";

/** The query, and perhaps the key, that the pointer is on; counted from 0. */
interface Hovered {
  readonly row: number;
  readonly column?: number;
}

/** The question that each view answers. */
const titles = { weights: "title", steps: "titleSteps", speed: "titleSpeed" } as const;

/** What is measured to draw in its width. */
const measured = ["stage", "side"] as const;
type Measured = (typeof measured)[number];

/**
 * Everything the pictures show, once it is there; indices count from 0. While a worker computes, this lags behind the
 * controls, but its parts always belong together.
 */
export interface View extends Wanted {
  readonly analysis: Analysis;
  readonly row: Row;
  readonly query: number;
  readonly column: number;
}

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
    widths: { state: true },
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
  /** Of the whole picture and of the one at the side, in pixels. */
  declare private widths: Readonly<Record<Measured, number>>;

  protected readonly schema = schema;
  private t: Translate<ExplorerText> = translator({ en, zh }, "en");
  private started = false;
  /** What `attn-change` last told about. */
  private told: readonly unknown[] = [];
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-explorer"), sharedLab);
  private readonly shipped = new ShippedData(this);
  private readonly own = new OwnData(this);
  private readonly computation = new Computation(this, this.runner);
  private readonly measurement = new Measurement(this, this.runner);
  private readonly crossover = new CrossoverMeasurement(this, this.runner);
  private readonly taken = new TakeAway(this);
  private readonly map = new HeatMap({
    onHover: (cell) => {
      this.hovered = cell;
    },
    onSelect: ({ row, column }) => this.choose(row, column),
  });
  private readonly watched = new Map<Element, Measured>();
  private readonly resize = new ResizeObserver((entries) => {
    const news = entries.map(({ target, contentRect }) => [this.watched.get(target), Math.round(contentRect.width)]);
    this.widths = { ...this.widths, ...(Object.fromEntries(news) as Record<Measured, number>) };
  });

  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
    this.widths = { stage: 640, side: 320 };
  }

  // -------------------------------------------------------------------------------------------------- life

  protected override start(): void {
    this.map.observe();
    this.watchWidths();
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
    this.resize.disconnect();
    this.watched.clear();
  }

  /** The pictures come and go with the view; each is measured from when it is there. */
  private watchWidths(): void {
    for (const name of measured) {
      const element = this.renderRoot.querySelector(`.${name}`);
      if (element === null || this.watched.has(element)) continue;
      this.watched.set(element, name);
      this.resize.observe(element);
    }
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
    const { lab, data, headIndex: head, scale, causal } = this;
    if (lab !== undefined && data !== undefined) this.computation.update({ lab, data, head, scale, causal });
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (this.started) this.watchWidths();
    this.drawMap();
    const view = this.shownAt(this.queryIndex);
    if (this.lab === undefined || view === undefined) return;
    if (this.view === "speed") this.crossover.begin();
    else this.measurement.schedule(this.lab, view.data);
    const news = [view.analysis, view.query, view.column];
    if (news.every((part, index) => part === this.told[index])) return;
    // The first picture is not read aloud.
    if (this.told.length > 0) this.say(this.caption(view));
    this.told = news;
    this.dispatchEvent(new CustomEvent("attn-change", { bubbles: true, composed: true, detail: this.detail(view) }));
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

  private hover(query: number | undefined): void {
    this.hovered = query === undefined ? undefined : { row: query };
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
    return captionOf(this.t, this.numbers, {
      ...view,
      head: view.head + 1,
      strongest: strongest(view.row.weights),
    });
  }

  private detail({ lab, data, head, scale, causal, analysis, row, query, column }: View): Record<string, unknown> {
    const mean = meanEntropy(analysis.entropy[scale]);
    return {
      n: data.nK,
      d: data.d,
      layer: data.layer,
      head: head + 1,
      query: query + 1,
      key: column + 1,
      token: tokenAt(data.queryTokens, query),
      scale,
      causal,
      scaleValue: row.factor,
      weight: row.weights[column],
      rowEntropy: analysis.entropy[scale][query],
      meanEntropy: mean,
      effective: Math.exp(mean),
      variant: lab.variant,
    };
  }

  // -------------------------------------------------------------------------------------------------- taking away

  protected override get question(): string {
    return this.t(titles[this.view]);
  }

  /** What is shown, as far as it can be taken along; see controllers/saving.ts. */
  get taking(): Taking {
    const { t, numbers, view } = this;
    const shown = this.shownAt(this.queryIndex);
    const steps = shown && this.stepsIn(shown);
    const { result } = this.crossover;
    const captions = {
      weights: () => (shown === undefined ? "" : this.caption(shown)),
      steps: () => (steps === undefined ? "" : stepsCaption(t, numbers, steps, this)),
      speed: () => speedCaption(t, numbers, result),
    };
    const chart = this.renderRoot.querySelector<SVGSVGElement>(".stage figure > svg");
    return {
      t,
      numbers,
      view,
      text: this.text,
      shown,
      steps,
      stepsOptions: this,
      result,
      chart,
      caption: captions[view](),
    };
  }

  private stepsIn(view: View): Steps | undefined {
    return view.row.visible > 0 ? stepsOf(view.lab, view.row, this) : undefined;
  }

  private async takeFiles(files: readonly File[]): Promise<void> {
    if (await this.own.take(files)) this.state = { head: 1, query: 1, key: 0 };
  }

  private showOwn(): void {
    if (this.own.show()) this.state = { head: 1, query: 1, key: 0 };
  }

  // -------------------------------------------------------------------------------------------------- drawing

  private drawMap(): void {
    const chosen = this.shownAt(this.queryIndex);
    if (chosen === undefined) return;
    const { data, analysis, causal } = chosen;
    const { grid } = analysis;
    const { element } = this.map;
    const { hovered } = this;
    const labeled = grid.blockRows === 1 && grid.blockColumns === 1;
    const cell: Cell = { row: chosen.query, column: chosen.column };
    const under = hovered && this.shownAt(hovered.row);
    this.map.show({
      grid,
      most: mostOf(data.nK, grid),
      rowLabels: labeled ? data.queryTokens : undefined,
      columnLabels: labeled ? data.keyTokens : undefined,
      visible: (index) => visibleKeys(data.nQ, data.nK, causal, index),
      selected: cell,
      hovered: under && { row: under.query, column: under.column },
      dark: this.dark,
      muted: colorOf(element, "muted"),
      accent: colorOf(element, "accent"),
      paper: colorOf(element, "paper"),
      name: this.t("mapName"),
      summary: this.t("mapSummary", { rows: data.nQ, columns: data.nK, caption: this.caption(chosen) }),
    });
  }

  protected override render(): TemplateResult {
    const { t } = this;
    const fatal = this.fatal ?? this.shipped.fatal;
    return this.frame(fatal === undefined ? this.explorer() : this.excuse(fatal(t), t("again")));
  }

  private explorer(): TemplateResult {
    const { t, view: name } = this;
    const tabs = viewTabs(t, name, (view) => {
      this.view = view;
    });
    const shown = this.shownAt(this.queryInView);
    return html`${tabs} ${name === "speed" ? this.speed() : this.headView(name)} ${this.takeAway(shown)}
    ${this.table && name === "weights" && shown !== undefined ? tables({ t, numbers: this.numbers, key: shown.column, ...shown }) : nothing}
    ${this.ownPanel()}
    ${this.own.data === undefined && name !== "speed" ? sourceNote(t, modelName, shippedText(this.text).source) : nothing}`;
  }

  /** The views of one head: its weights, or one row of it step by step. */
  private headView(name: "weights" | "steps"): TemplateResult {
    const { t, numbers, data, computation } = this;
    const query = this.queryInView;
    const view = this.shownAt(query);
    const { busy } = computation;
    const waiting = busy === undefined ? t("mapWaiting") : workingText(t, numbers, busy);
    const problems = [this.shipped.problem, computation.problem, this.measurement.problem];
    return html`${this.controlBar()} ${this.strip(query, view)}
    ${messages({
      t,
      numbers,
      busy,
      fetching: data === undefined ? undefined : this.shipped.fetching,
      problems: problems.filter((problem) => problem !== undefined),
      onCancel: () => computation.cancel(),
    })}
    ${name === "weights" ? this.pictures(view, waiting) : this.stepByStep(view, waiting)}
    ${
      this.scale === "entropy" && data !== undefined && this.lab !== undefined
        ? scaleNote(t, numbers, this.lab, data)
        : nothing
    }
    ${name === "weights" ? this.machine() : nothing}`;
  }

  private pictures(view: View | undefined, waiting: string): TemplateResult {
    const { t, numbers } = this;
    return html`<div class="pictures stage">
      ${mapFigure({
        t,
        numbers,
        map: this.map.element,
        grid: view?.analysis.grid,
        waiting,
        most: view === undefined ? 1 : mostOf(view.data.nK, view.analysis.grid),
        dark: this.dark,
      })}
      <div class="side">${view === undefined ? nothing : this.sidePictures(view)}</div>
      <p class="caption" part="caption">${view === undefined ? waiting : this.caption(view)}</p>
    </div>`;
  }

  private stepByStep(view: View | undefined, waiting: string): TemplateResult {
    const { t, numbers } = this;
    const steps = view && this.stepsIn(view);
    return html`<div class="stage">
      ${stepsView({
        t,
        numbers,
        steps,
        options: this,
        keyTokens: view?.data.keyTokens,
        width: Math.max(240, this.widths.stage),
        waiting,
        caption: steps === undefined ? waiting : stepsCaption(t, numbers, steps, this),
        table: this.table,
        onChange: (change) => {
          this.state = change;
        },
      })}
    </div>`;
  }

  private speed(): TemplateResult {
    const { t, numbers, crossover } = this;
    return html`${crossover.problem === undefined ? nothing : html`<p class="warning" role="alert">${crossover.problem(t)}</p>`}
      <div class="stage">
        ${speedView({
          t,
          numbers,
          result: crossover.result,
          measuring: crossover.running,
          width: Math.max(240, this.widths.stage),
          table: this.table,
          onMeasure: () => void crossover.measure(),
          onCancel: () => crossover.cancel(),
        })}
      </div>`;
  }

  private machine(): TemplateResult {
    const { measurement } = this;
    return machine({
      t: this.t,
      numbers: this.numbers,
      here: measurement.here,
      fair: measurement.fair,
      standIn: this.data?.v === undefined,
      measuring: measurement.running,
      able: this.lab !== undefined,
      onMeasure: () => void measurement.measureFairSize(),
      onCancel: () => measurement.cancel(),
    });
  }

  private takeAway(view: View | undefined): TemplateResult {
    return takeAwayBar({
      language: this.language,
      taken: this.taken,
      ready: this.view === "speed" ? this.crossover.result !== undefined : view !== undefined,
      // A reader's own numbers stay on the reader's machine: there is nothing to embed or to link to.
      shareable: this.own.data === undefined,
      table: this.table,
      embedCode: () => this.embedCode,
      code: () => codeOf(this.taking),
      permalink: () => this.permalink,
      onSave: (kind) => saveAs(kind, this.taking, this.taken),
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

  private controlBar(): TemplateResult {
    const { t, numbers, data } = this;
    const { analysis, thumbnails } = this.computation;
    return html`${controls({
      t,
      numbers,
      text: this.own.data === undefined ? this.text : undefined,
      texts: offeredTexts,
      textLengths: { sentence: shippedText("sentence").tokens.length, passage: shippedText("passage").tokens.length },
      layer: this.layer,
      layers: offeredLayers(this.text),
      modelLayers,
      scale: this.scale,
      entropies: analysis && {
        none: meanEntropy(analysis.entropy.none),
        sqrt: meanEntropy(analysis.entropy.sqrt),
        entropy: meanEntropy(analysis.entropy.entropy),
      },
      causal: this.causal,
      onText: (text) => {
        this.own.leave();
        this.state = { text, key: 0 };
      },
      onLayer: (layer) => {
        this.layer = layer;
      },
      onScale: (scale) => {
        this.scale = scale;
      },
      onCausal: (causal) => {
        this.causal = causal;
      },
      onReset: () => this.reset(),
    })}
    ${headPicker({
      t,
      numbers,
      heads: data?.heads ?? modelHeads,
      head: this.headIndex,
      thumbnails,
      dark: this.dark,
      onHead: (head) => {
        this.state = { head: head + 1, key: 0 };
      },
    })}`;
  }

  private strip(query: number, view: View | undefined): TemplateResult {
    const { data } = this;
    // Before any data arrive the text is there already.
    const { tokens } = shippedText(this.text);
    return tokenStrip({
      t: this.t,
      numbers: this.numbers,
      nQ: data?.nQ ?? tokens.length,
      nK: data?.nK ?? tokens.length,
      queryTokens: data === undefined ? tokens : data.queryTokens,
      keyTokens: data === undefined ? tokens : data.keyTokens,
      shown: query,
      chosen: this.queryIndex,
      row: view?.row,
      onHover: (index) => this.hover(index),
      onChoose: (index) => this.choose(index),
    });
  }

  private sidePictures({ data, analysis, row, query, column, scale }: View): TemplateResult {
    const { t, numbers } = this;
    return html`${inspector({
      t,
      numbers,
      query: data.queryTokens?.[query],
      queryIndex: query,
      key: data.keyTokens?.[column],
      keyIndex: column,
      row,
      scale,
      d: data.d,
    })}
    ${entropyChart({
      t,
      numbers,
      analysis,
      scale,
      width: Math.max(200, this.widths.side),
      query,
      who: who(t, data.queryTokens, query),
      onHover: (index) => this.hover(index),
      onChoose: (index) => this.choose(index),
    })}`;
  }
}
