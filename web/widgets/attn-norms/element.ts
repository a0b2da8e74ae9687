import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Lab } from "../../package/index.js";
import { segments } from "../shared/controls.js";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { placeOf, readEdits, writeEdits } from "./batch.js";
import { backwardCaption, compareCaption, forwardCaption, precisionCaption } from "./caption.js";
import { normsCode, precisionCode } from "./copy-as-javascript.js";
import { entriesCsv, entryOf, precisionCsv } from "./exports.js";
import { offsetOf, run, type Run } from "./norms.js";
import {
  most,
  normNames,
  reach,
  schema,
  viewNames,
  type AxesName,
  type GradientName,
  type NormName,
  type NormsState,
  type ProgramName,
  type ViewName,
} from "./schema.js";
import { normsStyles } from "./styles.js";
import { en, type NormsText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { textbook, type Textbook } from "./textbook.js";
import {
  batchControls,
  normChoice,
  normControls,
  precisionControls,
  tellingCase,
  type ControlsProps,
} from "./view/controls.js";
import { backwardView, compareView, forwardView, precisionView } from "./view/views.js";

const titles = {
  forward: "titleForward",
  backward: "titleBackward",
  compare: "titleCompare",
  precision: "titlePrecision",
} as const satisfies Record<ViewName, keyof NormsText>;

const viewLabels = {
  forward: "viewForward",
  backward: "viewBackward",
  compare: "viewCompare",
  precision: "viewPrecision",
} as const satisfies Record<ViewName, keyof NormsText>;

/** What the kernels found for a state; `key` is what it depends on. */
interface Found {
  readonly key: string;
  readonly run: Run;
  /** All six, in the view that compares them; else the one. */
  readonly runs: readonly Run[];
  /** In the view of single precision, the same by a textbook's program. */
  readonly textbook: Textbook | undefined;
}

/**
 * `<attn-norms>`: a small batch of activations to drag, which of them each norm takes together, what comes out, and where a
 * gradient goes on its way back.
 *
 * Attributes: `view`, `norm`, `axes`, `groups`, `uncentered`, `inference`, `gradient`, `sample`, `token`, `channel`, `samples`,
 * `tokens`, `size`, `offset`, `program`, `eps`, `seed`, `edits`, `table` (see `schema`), `theme`, `lang`. Parts: `widget`,
 * `title`, `caption`. Events (bubbling, composed): `config-change` { state } when the state has changed; `norms-change` with the
 * numbers in view when they have.
 */
export class AttnNorms extends FigureElement<typeof schema, NormsText> {
  static override styles = normsStyles;
  static override properties = FigureElement.propertiesOf(schema);
  static override script = "attn-norms.single.js";

  declare view: ViewName;
  declare norm: NormName;
  declare axes: AxesName;
  declare groups: number;
  declare uncentered: boolean;
  declare inference: boolean;
  declare gradient: GradientName;
  declare sample: number;
  declare token: number;
  declare channel: number;
  declare samples: number;
  declare tokens: number;
  declare size: number;
  declare offset: number;
  declare program: ProgramName;
  declare eps: number;
  declare seed: number;
  declare edits: string;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private found: Found | undefined;
  private told = "";

  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
  }

  protected override get question(): string {
    return this.t(titles[this.view]);
  }

  /** What the kernels run: stored statistics are left out where a program is held against them. */
  private get runState(): NormsState {
    const { state } = this;
    return state.view === "precision" ? { ...state, inference: false } : state;
  }

  /** What the present state comes to; computed anew when it has changed. Well under a millisecond, so on the page itself. */
  private find(lab: Lab): Found {
    const state = this.runState;
    const key = JSON.stringify({ ...state, table: false });
    if (this.found?.key === key) return this.found;
    const own = run(lab, state);
    return {
      key,
      run: own,
      runs: state.view === "compare" ? normNames.map((name) => run(lab, state, name)) : [own],
      textbook: state.view === "precision" ? textbook(own, state) : undefined,
    };
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.found = this.lab && this.find(this.lab);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { found, view } = this;
    if (found === undefined || found.key === this.told) return;
    const { norm, place, x, y, before, after, quotient, errors } = found.run;
    const detail = {
      view,
      norm,
      count: before.count,
      mean: before.mean,
      deviation: Math.sqrt(before.variance),
      ...quotient,
      value: x[place.index],
      output: y[place.index],
      outputMean: after.mean,
      outputDeviation: Math.sqrt(after.variance),
      error: Math.max(errors.y, errors.dx),
    };
    this.tell("norms-change", detail, this.caption(found), this.told === "");
    this.told = found.key;
  }

  private caption(found: Found): string {
    const { t, numbers, view, runState: state } = this;
    if (found.textbook !== undefined) return precisionCaption(t, numbers, found.run, found.textbook, state);
    if (view === "compare") return compareCaption(t, numbers, found.run);
    return (view === "forward" ? forwardCaption : backwardCaption)(t, numbers, found.run, state);
  }

  protected override picture(): TemplateResult {
    const { t, view, found } = this;
    const words = viewNames.map((name) => [name, t(viewLabels[name])] as const);
    return html`${segments("view", t("view"), words, view, (name) => this.open(name))} ${this.over}
    ${found === undefined ? html`<p class="caption" part="caption">${t("waiting")}</p>` : this.stage(found)}
    ${this.takeAway(found && this.takeable(found))}`;
  }

  /** Single precision is first seen where it matters. */
  private open(view: ViewName): void {
    const plain = this.size === 0 && this.offset === 0;
    this.state = { view, ...(view === "precision" && plain && tellingCase) };
  }

  private controlsProps(found: Found): ControlsProps {
    const { x, place } = found.run;
    return {
      ...{ t: this.t, numbers: this.numbers, state: this.state },
      value: ((x[place.index] ?? 0) - offsetOf(this)) / 10 ** this.size,
      onChange: (change) => {
        this.state = change;
      },
      onValue: (value) => this.put(place.index, value, found),
      onReset: () => this.reset(),
    };
  }

  /** What is compared, and by which norm; the rest of what can be set stands below the caption at every width. */
  protected override controls(): unknown {
    const { found, view } = this;
    if (found === undefined || view === "compare") return nothing;
    const props = this.controlsProps(found);
    return html`${view === "precision" ? precisionControls(props) : nothing} ${normChoice(props)}`;
  }

  private stage(found: Found): TemplateResult {
    const { t, numbers, width, view, table, size } = this;
    const given = {
      ...{ t, numbers, width, table, size, under: this.under },
      added: offsetOf(this),
      caption: this.caption(found),
      onChoose: (index: number) => {
        const [sample, token, channel] = entryOf(index, found.run.place);
        this.state = { sample, token, channel };
      },
      onValue: (index: number, value: number) => this.put(index, value, found),
    };
    const controls = this.controlsProps(found);
    if (view === "compare") {
      const open = (norm: NormName): void => {
        this.state = { view: "forward", norm };
      };
      return html`<div class="stage">${compareView(given, found.runs, open)}</div>
        ${batchControls(controls)}`;
    }
    if (found.textbook !== undefined) {
      return html`<div class="stage">${precisionView(given, found.run, found.textbook)}</div>
        ${normControls(controls)}${batchControls(controls)}`;
    }
    return html`<div class="stage">${(view === "forward" ? forwardView : backwardView)(given, found.run)}</div>
      ${normControls(controls)}${batchControls(controls)}`;
  }

  /** Sets an entry of the part that is looked at, in units of the size. */
  private put(index: number, value: number, { run: { place } }: Found): void {
    const [sample, token, channel] = entryOf(index, place);
    const { whole } = placeOf({ ...most, sample, token, channel });
    const edits = readEdits(this.edits).set(whole, Math.round(Math.max(-reach, Math.min(reach, value)) * 20) / 20);
    this.edits = writeEdits(edits);
  }

  private takeable(found: Found): Takeable {
    const { view, norm } = this;
    const caption = this.caption(found);
    return {
      name: view === "compare" ? "norms-compare" : `norms-${view}-${norm}`,
      caption,
      code: () =>
        found.textbook === undefined
          ? normsCode(caption, found.runs)
          : precisionCode(caption, found.run, this.runState),
      csv: () => (found.textbook === undefined ? entriesCsv(found.runs) : precisionCsv(found.run, found.textbook)),
    };
  }
}
