import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { WidgetElement } from "../shared/element.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { stateProperties } from "../shared/state-properties.js";
import { takeAwayBar, type FileKind } from "../shared/take-away/bar.js";
import { TakeAway } from "../shared/take-away/take-away.js";
import { messageOf } from "../shared/tasks/protocol.js";
import { isCancelled, TaskRunner } from "../shared/tasks/runner.js";
import { translator, type Translate } from "../shared/text.js";
import { captionOf, sizeText } from "./caption.js";
import { timingCode } from "./copy-as-javascript.js";
import { barsSvg, figuresCsv, type Group } from "./exports.js";
import type { Measured } from "./measure.js";
import { cellsOf, measuredRows, storedRows } from "./rows.js";
import { schema, sizeNames, type SizeName } from "./schema.js";
import { browser, date, processor, storedSize } from "./stored.js";
import { benchmarkStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type BenchmarkText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { bars } from "./view/bars.js";

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

/**
 * `<attn-benchmark>`: exact attention and loops in JavaScript on the reader's machine, as a share of what the machine can
 * do at most, beside a stored run with other libraries.
 *
 * Attributes: `size` (see `schema`), `theme`, `lang`. Parts: `widget`, `title`, `caption`. Events (bubbling, composed):
 * `config-change` { state } when the state has changed; `benchmark-change` with the figures when there are new ones.
 */
export class AttnBenchmark extends WidgetElement<typeof schema> {
  static override styles = benchmarkStyles;
  static override properties: PropertyDeclarations = {
    ...stateProperties(schema),
    progress: { state: true },
    problem: { state: true },
    able: { state: true },
    fatal: { state: true },
  };

  static override script = "attn-benchmark.single.js";

  declare size: SizeName;

  /** Share done of the measurement under way. */
  declare private progress: number | undefined;
  /** Why the last measurement failed. */
  declare private problem: string | undefined;
  /** Whether the kernels are loaded, and why they are not. */
  declare private able: boolean;
  declare private fatal: string | undefined;

  protected readonly schema = schema;
  private t: Translate<BenchmarkText> = translator({ en, zh }, "en");
  private readonly measured = new Map<SizeName, Measured>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly taken = new TakeAway(this);
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-benchmark"), sharedLab);

  constructor() {
    super();
    this.size = schema.size.initial;
    this.able = false;
  }

  protected override start(): void {
    void this.loadKernels();
  }

  protected override stop(): void {
    clearTimeout(this.timer);
    this.runner.stop();
  }

  private async loadKernels(): Promise<void> {
    this.fatal = undefined;
    try {
      await sharedLab();
      this.able = true;
      if (this.size === quickSize && !this.measured.has(quickSize)) {
        this.timer = setTimeout(() => void this.measure(), settling);
      }
    } catch (error) {
      this.fatal = messageOf(error);
    }
  }

  private async measure(): Promise<void> {
    clearTimeout(this.timer);
    const { size } = this;
    this.problem = undefined;
    this.progress = 0;
    const onProgress = (share: number): void => {
      this.progress = share;
    };
    try {
      const measured = await this.runner.run("measure", { size, samples }, { onProgress });
      this.measured.set(size, measured);
      this.tell(measured);
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

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("language")) this.t = translator({ en, zh }, this.language);
    // A measurement of another size is of no use any more.
    if (changed.has("size") && this.progress !== undefined) this.runner.cancel("measure");
  }

  private get caption(): string {
    const { t, numbers, size } = this;
    return captionOf(t, numbers, { size, measured: this.measured.get(size), stored: storedSize(size) });
  }

  private get groups(): Group[] {
    const { t, size } = this;
    const [measured, stored] = [this.measured.get(size), storedSize(size)];
    const storedTitle = t(stored?.disturbed === true ? "storedDisturbed" : "stored", { processor, browser, date });
    return [
      { title: t("here"), rows: measured === undefined ? [] : measuredRows(t, measured) },
      { title: storedTitle, rows: stored === undefined ? [] : storedRows(t, stored) },
    ];
  }

  protected override get question(): string {
    return this.t("title");
  }

  private save(kind: FileKind): void {
    const { t, numbers, size, groups } = this;
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

  protected override render(): TemplateResult {
    const { t } = this;
    return this.frame(
      html`${this.fatal === undefined ? nothing : this.excuse(t("kernelsFailed", { reason: this.fatal }), t("again"))}
      ${this.controls()} ${this.pictures()}
      ${takeAwayBar({
        language: this.language,
        taken: this.taken,
        ready: true,
        shareable: true,
        embedCode: () => this.embedCode,
        code: () => timingCode(this.size, samples),
        permalink: () => this.permalink,
        onSave: (kind) => this.save(kind),
      })}`,
    );
  }

  private controls(): TemplateResult {
    const { t, progress } = this;
    return html`<div class="controls">
      <fieldset>
        <legend>${t("size")}</legend>
        <div class="segments">
          ${sizeNames.map(
            (name) =>
              html`<label>
                <input
                  type="radio"
                  name="size"
                  value=${name}
                  .checked=${name === this.size}
                  @change=${() => {
                    this.size = name;
                  }}
                />
                ${t(sizeLabels[name])}
              </label>`,
          )}
        </div>
      </fieldset>
      <div class="run">
        ${
          progress === undefined
            ? html`<button type="button" ?disabled=${!this.able} @click=${() => void this.measure()}>
                ${t(this.measured.has(this.size) ? "runAgain" : "run")}
              </button>`
            : html`<progress aria-label=${t("running")} max="1" .value=${progress}></progress>
                <button type="button" @click=${() => this.runner.cancel("measure")}>${t("cancel")}</button>`
        }
      </div>
    </div>`;
  }

  private pictures(): TemplateResult {
    const { t, numbers, size, groups } = this;
    const [measured, stored] = [this.measured.get(size), storedSize(size)];
    const waiting = this.progress !== undefined ? t("running") : t(this.able ? "hereWaiting" : "hereLoading");
    return html`${
        this.problem === undefined
          ? nothing
          : html`<p class="warning" role="alert">${t("failed", { reason: this.problem })}</p>`
      }
      <div class="groups">
        ${groups.map(({ title, rows }, index) =>
          bars({
            t,
            numbers,
            title,
            rows,
            ceiling: index === 0 ? measured?.ceiling : stored?.ceiling,
            instead: index === 0 && measured === undefined ? waiting : undefined,
          }),
        )}
      </div>
      <p class="caption" part="caption">${this.caption}</p>
      <p class="note">${t("note")}</p>`;
  }
}
