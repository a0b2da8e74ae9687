import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Lab } from "../../package/index.js";
import { chartFile } from "./charts/svg-file.js";
import { WidgetElement } from "./element.js";
import { isNarrow } from "./figure-parts.js";
import { sharedLab } from "./kernels/shared-lab.js";
import type { Schema } from "./state.js";
import { stateProperties } from "./state-properties.js";
import { takeAwayBar, type FileKind } from "./take-away/bar.js";
import { TakeAway } from "./take-away/take-away.js";
import { messageOf } from "./tasks/protocol.js";
import { translator, type TextTable, type Translate, type Translation } from "./text.js";

/** What is said where the kernels do not start. */
const en = { kernelsFailed: "The kernels could not be started in this browser: {reason}", again: "Try again" } as const;
const zh: Translation<typeof en> = { kernelsFailed: "内核在这个浏览器里启动失败：{reason}", again: "再试一次" };

/** What a reader can take of what is in view; the pictures are those on the stage. */
export interface Takeable {
  /** Of the files, without an ending. */
  readonly name: string;
  readonly caption: string;
  code(): string;
  csv(): string;
}

/**
 * A widget whose numbers the page's own kernels compute as it is drawn: loads them when it comes into view, frames the
 * picture with its title and its spoken caption, and says what went wrong, over the author's own content, where they fail.
 */
export abstract class FigureElement<S extends Schema, T extends TextTable> extends WidgetElement<S> {
  /** Properties of a figure with this state. */
  static propertiesOf(schema: Schema): PropertyDeclarations {
    return { ...stateProperties(schema), lab: { state: true }, failure: { state: true }, width: { state: true } };
  }

  declare table: boolean;
  declare protected lab: Lab | undefined;
  declare private failure: string | undefined;
  /** Of the room for pictures, in pixels. */
  declare protected width: number;

  protected abstract readonly texts: { readonly en: T; readonly zh: Translation<T> };
  private readonly taken = new TakeAway(this);
  private readonly resize = new ResizeObserver(([entry]) => {
    if (entry !== undefined) this.width = Math.max(240, Math.round(entry.contentRect.width));
  });

  constructor() {
    super();
    this.width = 640;
  }

  /** What stands below the title. */
  protected abstract picture(): TemplateResult;

  /** What can be set in the picture, once it is known what that is. */
  protected controls(): unknown {
    return nothing;
  }

  /** How far the picture is while it is computed. */
  protected underway(): unknown {
    return nothing;
  }

  /** The controls where they stand above the stage. */
  protected get over(): unknown {
    return isNarrow(this.width) ? nothing : this.controls();
  }

  /** What stands at the top of the stage there. */
  protected get atop(): unknown {
    return isNarrow(this.width) ? nothing : this.underway();
  }

  /** Both where they stand right below the main picture: nothing comes and goes above a control in use. */
  protected get under(): unknown {
    return isNarrow(this.width) ? html`${this.controls()} ${this.underway()}` : nothing;
  }

  protected get t(): Translate<T> {
    return translator(this.texts, this.language);
  }

  /** In the place of a picture: what it waits for, and, where it is not on its way, what can be changed about that. */
  protected instead(why: string, coming = true): TemplateResult {
    return html`<p class="note waiting">${why}</p>
      ${this.lab === undefined || !isNarrow(this.width) ? nothing : coming ? this.underway() : this.under}`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.width = this.likelyRoom;
  }

  protected override start(): void {
    const frame = this.renderRoot.querySelector(".widget");
    if (frame !== null) this.resize.observe(frame);
    this.failure = undefined;
    sharedLab().then(
      (lab) => {
        // In a task of its own: a phone can scroll between the start of the kernels and the first picture.
        setTimeout(() => {
          this.lab = lab;
        });
      },
      (error: unknown) => {
        this.failure = messageOf(error);
      },
    );
  }

  protected override stop(): void {
    this.resize.disconnect();
  }

  /** Tells the page, and a screen reader, about news; the first picture is not read aloud. */
  protected tell(event: string, detail: object, caption: string, first: boolean): void {
    if (!first) this.say(caption);
    this.dispatchEvent(new CustomEvent(event, { bubbles: true, composed: true, detail }));
  }

  /** What stands below the stage; `shareable`: whether another page can show the same. */
  protected takeAway(found: Takeable | undefined, shareable = true): TemplateResult {
    return takeAwayBar({
      language: this.language,
      taken: this.taken,
      ready: found !== undefined,
      shareable,
      table: this.table,
      embedCode: () => this.embedCode,
      code: () => found?.code() ?? "",
      permalink: () => this.permalink,
      onSave: (kind) => {
        if (found !== undefined) this.save(kind, found);
      },
      onTable: (table) => {
        this.table = table;
      },
    });
  }

  private save(kind: FileKind, found: Takeable): void {
    const { name, caption } = found;
    if (kind === "csv") {
      this.taken.saveCsv(name, found.csv());
      return;
    }
    const [chart, ...others] = this.renderRoot.querySelectorAll<SVGSVGElement>(".stage svg.plane:not(.ramp)");
    if (chart === undefined) return;
    const file = chartFile(chart, this.question, caption, others);
    if (kind === "svg") this.taken.saveSvg(name, file);
    else void this.taken.savePng(name, file);
  }

  protected override render(): TemplateResult {
    const shared = translator({ en, zh }, this.language);
    const { failure } = this;
    return this.frame(
      failure === undefined
        ? this.picture()
        : this.excuse(shared("kernelsFailed", { reason: failure }), shared("again")),
    );
  }
}
