import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { WidgetElement } from "../shared/element.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { stateProperties } from "../shared/state-properties.js";
import { segments } from "../shared/controls.js";
import { chartFile } from "../shared/charts/svg-file.js";
import { isNarrow } from "../shared/figure-parts.js";
import { takeAwayBar, type FileKind } from "../shared/take-away/bar.js";
import { TakeAway } from "../shared/take-away/take-away.js";
import { messageOf } from "../shared/tasks/protocol.js";
import { isCancelled, TaskRunner } from "../shared/tasks/runner.js";
import { translator, type Translate } from "../shared/text.js";
import { captionOf, sizeText } from "./caption.js";
import { crossoverCode, timingCode } from "./copy-as-javascript.js";
import type { Crossovers } from "./crossover.js";
import { crossoverCaption } from "./crossover-rows.js";
import { barsSvg, crossoverCsv, figuresCsv, type Group } from "./exports.js";
import type { Measured } from "./measure.js";
import { cellsOf, fullShare, measuredRows, storedRows, toMeasure } from "./rows.js";
import { schema, sizeNames, viewNames, type SizeName, type ViewName } from "./schema.js";
import { browser, date, processor, storedCrossovers, storedSize, type StoredSize } from "./stored.js";
import { benchmarkStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type BenchmarkText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { bars } from "./view/bars.js";
import { crossovers } from "./view/crossovers.js";
import { unbroken } from "../shared/unbroken.js";

const samples = 9;
/** The size that is measured by itself, since it takes about a second, once the page has settled. */
const quickSize: SizeName = schema.size.initial;
const settling = 600;

const sizeLabels = {
  "256": "size256",
  "1024": "size1024",
  "1024-causal": "size1024Causal",
  "2048": "size2048",
} as const satisfies Record<SizeName, keyof BenchmarkText>;

const viewLabels = { exact: "viewExact", crossover: "viewCrossover" } as const satisfies Record<
  ViewName,
  keyof BenchmarkText
>;
/** The task that measures what a view shows. */
const taskOf = { exact: "measure", crossover: "crossovers" } as const satisfies Record<ViewName, keyof typeof tasks>;
/** Lengths that the copied program measures. */
const copiedLengths = [256, 512, 1024, 2048, 4096];

/**
 * `<attn-benchmark>`: exact attention and loops in JavaScript on the reader's machine, as a share of what one core of it
 * can do at most, beside a stored run with other libraries; or where attention of linear cost becomes faster than exact
 * attention.
 *
 * Attributes: `size`, `view` (see `schema`), `theme`, `lang`. Parts: `widget`, `title`, `caption`. Events (bubbling,
 * composed): `config-change` { state } when the state has changed; `benchmark-change`, in the other view
 * `crossover-change`, with the figures when there are new ones.
 */
export class AttnBenchmark extends WidgetElement<typeof schema> {
  static override styles = benchmarkStyles;
  static override properties: PropertyDeclarations = {
    ...stateProperties(schema),
    width: { state: true },
    progress: { state: true },
    problem: { state: true },
    variant: { state: true },
    fatal: { state: true },
  };

  static override script = "attn-benchmark.single.js";

  declare size: SizeName;
  declare view: ViewName;
  /** Room for charts, in pixels. */
  declare private width: number;

  /** Share done of the measurement under way. */
  declare private progress: number | undefined;
  /** Why the last measurement failed. */
  declare private problem: string | undefined;
  /** Of the kernels, once they are loaded; and why they are not. */
  declare private variant: Measured["variant"] | undefined;
  declare private fatal: string | undefined;

  protected readonly schema = schema;
  private t: Translate<BenchmarkText> = translator({ en, zh }, "en");
  private readonly measured = new Map<SizeName, Measured>();
  private crossovers: Crossovers | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly taken = new TakeAway(this);
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-benchmark"), sharedLab);

  private readonly resize = new ResizeObserver(([entry]) => {
    if (entry !== undefined) this.width = Math.max(240, Math.round(entry.contentRect.width));
  });

  constructor() {
    super();
    this.size = schema.size.initial;
    this.view = schema.view.initial;
    this.width = 640;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.width = this.likelyRoom;
  }

  /** The stored figures stand there before the widget comes into view, and are of the right width from the start. */
  protected override firstUpdated(): void {
    super.firstUpdated();
    this.follow();
  }

  private follow(): void {
    const frame = this.renderRoot.querySelector(".widget");
    if (frame !== null) this.resize.observe(frame);
  }

  protected override start(): void {
    this.follow();
    void this.loadKernels();
  }

  protected override stop(): void {
    this.resize.disconnect();
    clearTimeout(this.timer);
    this.runner.stop();
  }

  private async loadKernels(): Promise<void> {
    this.fatal = undefined;
    try {
      this.variant = (await sharedLab()).variant;
      // Asked when the time has come: by then, the reader may look at what takes long.
      this.timer = setTimeout(() => {
        if (this.measuresByItself) void this.measure();
      }, settling);
    } catch (error) {
      this.fatal = messageOf(error);
    }
  }

  private get measuresByItself(): boolean {
    return this.isConnected && this.view === "exact" && this.size === quickSize && !this.measured.has(quickSize);
  }

  private async measure(): Promise<void> {
    clearTimeout(this.timer);
    const { size, view } = this;
    this.problem = undefined;
    this.progress = 0;
    const onProgress = (share: number): void => {
      this.progress = share;
    };
    try {
      if (view === "exact") {
        const measured = await this.runner.run("measure", { size, samples }, { onProgress });
        this.measured.set(size, measured);
        this.tell(measured);
      } else {
        this.crossovers = await this.runner.run("crossovers", { samples }, { onProgress });
        this.tellCrossovers(this.crossovers);
      }
    } catch (error) {
      if (!isCancelled(error)) this.problem = messageOf(error);
    } finally {
      this.progress = undefined;
    }
  }

  private tell(measured: Measured): void {
    const { size, variant, ours, loops, flops, ceiling, largestError, disturbed } = measured;
    const gflops = flops / ours.milliseconds / 1e6;
    const detail = {
      size,
      variant,
      milliseconds: ours.milliseconds,
      gflops,
      share: gflops / ceiling,
      loopMilliseconds: loops.milliseconds,
      largestError,
      samples: ours.samples,
      disturbed,
    };
    this.say(this.caption);
    this.dispatchEvent(new CustomEvent("benchmark-change", { bubbles: true, composed: true, detail }));
  }

  private tellCrossovers({ variant, methods, largestError, disturbed }: Crossovers): void {
    const crossovers = Object.fromEntries(methods.map(({ key, crossover }) => [key, crossover]));
    const detail = { variant, crossovers, largestError, samples, disturbed };
    this.say(this.caption);
    this.dispatchEvent(new CustomEvent("crossover-change", { bubbles: true, composed: true, detail }));
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("language")) this.t = translator({ en, zh }, this.language);
    // A measurement of another size or view is of no use any more.
    if ((changed.has("size") || changed.has("view")) && this.progress !== undefined) this.cancel();
  }

  private cancel(): void {
    for (const task of Object.values(taskOf)) this.runner.cancel(task);
  }

  private get caption(): string {
    const { t, numbers, size, view, crossovers: measured } = this;
    if (view === "crossover") return crossoverCaption(t, numbers, { stored: storedCrossovers, measured });
    return captionOf(t, numbers, { size, measured: this.measured.get(size), stored: storedSize(size) });
  }

  private get groups(): Group[] {
    const { t, numbers, size } = this;
    const [measured, stored] = [this.measured.get(size), storedSize(size)];
    const storedTitle = t(stored?.disturbed === true ? "storedDisturbed" : "stored", { processor, browser, date });
    const ceilingOf = (of: Measured | StoredSize | undefined): Group["ceiling"] =>
      of && {
        label: t("ceilingRow"),
        figures: `${numbers.percent(1)} · ${numbers.significant(of.ceiling, 3)} GFLOP/s`,
      };
    return [
      {
        title: t("here"),
        rows: measured === undefined ? [] : measuredRows(t, measured),
        ceiling: ceilingOf(measured),
      },
      { title: storedTitle, rows: stored === undefined ? [] : storedRows(t, stored), ceiling: ceilingOf(stored) },
    ];
  }

  protected override get question(): string {
    return this.t(this.view === "exact" ? "title" : "titleCrossover");
  }

  private save(kind: FileKind): void {
    const { t, numbers, size, groups } = this;
    if (this.view === "crossover") {
      this.saveCrossovers(kind);
      return;
    }
    const name = `attention-benchmark-${size}`;
    if (kind === "csv") {
      this.taken.saveCsv(name, figuresCsv(groups));
      return;
    }
    const file = barsSvg(t("pictureTitle", { size: sizeText(t, numbers, size) }), groups, (row) => {
      const [, time, , share] = cellsOf(numbers, row);
      return `${share} · ${time}`;
    });
    if (kind === "svg") this.taken.saveSvg(name, file);
    else void this.taken.savePng(name, file);
  }

  private saveCrossovers(kind: FileKind): void {
    const name = "attention-crossover";
    if (kind === "csv") {
      const stored = { title: `${processor}, ${browser}, ${date}`, methods: storedCrossovers ?? [] };
      const here = { title: this.t("here"), methods: this.crossovers?.methods ?? [] };
      this.taken.saveCsv(name, crossoverCsv([stored, here]));
      return;
    }
    const [chart, ...others] = this.renderRoot.querySelectorAll<SVGSVGElement>("svg.plane");
    if (chart === undefined) return;
    const file = chartFile(chart, this.question, this.caption, others);
    if (kind === "svg") this.taken.saveSvg(name, file);
    else void this.taken.savePng(name, file);
  }

  protected override render(): TemplateResult {
    const { t } = this;
    return this.frame(
      html`${this.fatal === undefined ? nothing : this.excuse(t("kernelsFailed", { reason: this.fatal }), t("again"))}
      ${this.views()} ${this.view === "exact" ? this.pictures() : this.crossing()}
      ${takeAwayBar({
        language: this.language,
        taken: this.taken,
        ready: this.view === "exact" || storedCrossovers !== undefined || this.crossovers !== undefined,
        shareable: true,
        embedCode: () => this.embedCode,
        code: () => (this.view === "exact" ? timingCode(this.size, samples) : crossoverCode(copiedLengths, samples)),
        permalink: () => this.permalink,
        onSave: (kind) => this.save(kind),
      })}`,
    );
  }

  private views(): TemplateResult {
    const { t, view } = this;
    const views = viewNames.map((name) => [name, t(viewLabels[name])] as const);
    return html`${segments("view", t("view"), views, view, (name) => {
      this.view = name;
    })}
    ${isNarrow(this.width) ? nothing : this.controls()}`;
  }

  /** What stands right below the first picture where there is little room: see {@link isNarrow}. */
  private get under(): unknown {
    return isNarrow(this.width) ? this.controls() : nothing;
  }

  private controls(): TemplateResult {
    const { t, progress, view } = this;
    const sizes = sizeNames.map((name) => [name, t(sizeLabels[name])] as const);
    const done = view === "exact" ? this.measured.has(this.size) : this.crossovers !== undefined;
    return html`<div class="controls">
        ${
          view === "exact"
            ? segments("size", t("size"), sizes, this.size, (name) => {
                this.size = name;
              })
            : nothing
        }
        <div class="run">
          ${
            progress === undefined
              ? html`<button type="button" ?disabled=${this.variant === undefined} @click=${() => void this.measure()}>
                  ${t(done ? "runAgain" : "run")}
                </button>`
              : html`<progress aria-label=${t("running")} max="1" .value=${progress}></progress>
                  <button type="button" @click=${() => this.cancel()}>${t("cancel")}</button>`
          }
        </div>
      </div>
      ${this.warning()}`;
  }

  private warning(): unknown {
    if (this.problem === undefined) return nothing;
    return html`<p class="warning" role="alert">${this.t("failed", { reason: this.problem })}</p>`;
  }

  private crossing(): TemplateResult {
    const { t, numbers, caption, width, crossovers: measured } = this;
    return crossovers({ t, numbers, measured, caption, width, under: this.under });
  }

  private pictures(): TemplateResult {
    const { t, numbers, size, groups, variant } = this;
    const [measured, stored] = [this.measured.get(size), storedSize(size)];
    const full = fullShare(groups.map(({ rows }) => rows));
    const why =
      this.progress !== undefined ? t("running") : t(this.variant === undefined ? "hereLoading" : "hereWaiting");
    return html`<div class="groups">
        ${groups.map(({ title, rows }, index) => [
          bars({
            t,
            numbers,
            title,
            rows,
            full,
            ceiling: index === 0 ? measured?.ceiling : stored?.ceiling,
            instead: index === 0 && measured === undefined ? { rows: toMeasure(t, variant), why } : undefined,
          }),
          index === 0 ? this.under : nothing,
        ])}
      </div>
      <p class="caption" part="caption">${unbroken(this.caption)}</p>
      <p class="note">${t("note")}</p>`;
  }
}
