import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { progress } from "../shared/figure-parts.js";
import { Kept } from "../shared/kept.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import type { Entry } from "../shared/matrices/linked.js";
import { Computation } from "../shared/tasks/computation.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { captionOf } from "./caption.js";
import { linearCode } from "./copy-as-javascript.js";
import { linearCsv } from "./exports.js";
import { measure, tokenCount, type Draw, type Measured } from "./measure.js";
import { schema, type LinearState, type MapName } from "./schema.js";
import { linearStyles } from "./styles.js";
import type { Survey } from "./survey.js";
import { tasks } from "./tasks.js";
import { en, type LinearText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { controls } from "./view/controls.js";
import { linearView } from "./view/views.js";

/**
 * `<attn-linear>`: the matrix of linear attention beside that of softmax attention: its rank, and over how many keys its
 * rows spread; what hiding the future, or all but the nearest keys, does to both.
 *
 * Attributes: `map`, `d`, `sigma`, `causal`, `near`, `seed`, `table` (see `schema`), `theme`, `lang`. Parts: `widget`,
 * `title`, `caption`. Events (bubbling, composed): `config-change` { state } when the state has changed; `linear-change` with
 * the numbers in view when they have.
 */
export class AttnLinear extends FigureElement<typeof schema, LinearText> {
  static override styles = linearStyles;
  static override properties: PropertyDeclarations = {
    ...FigureElement.propertiesOf(schema),
    pointed: { state: true },
  };
  static override script = "attn-linear.single.js";

  declare map: MapName;
  declare d: LinearState["d"];
  declare sigma: number;
  declare causal: boolean;
  declare near: number;
  declare seed: number;
  declare private pointed: Entry | undefined;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private readonly measured = new Kept(measure);
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-linear"), sharedLab);
  private readonly surveying = new Computation(this, this.runner, "survey");
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
    this.surveying.stop();
    this.runner.stop();
  }

  private get draw(): Draw {
    const { d, sigma, causal, near, seed } = this;
    return { d, sigma, causal, near, seed };
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.lab === undefined) return;
    this.measured.want(this.lab, { map: this.map, ...this.draw });
    this.surveying.want(this.draw);
  }

  /** Of the draw in view; undefined while it is on its way. */
  private get survey(): Survey | undefined {
    const { result, input } = this.surveying;
    return JSON.stringify(input) === JSON.stringify(this.draw) ? result : undefined;
  }

  private captionFor(found: Measured): string {
    return captionOf(this.t, this.numbers, found);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { found } = this.measured;
    if (found === undefined) return;
    const { input, exact, linear } = found;
    const detail = {
      map: input.map,
      n: tokenCount,
      rank: linear.rank,
      exactRank: exact.rank,
      keys: linear.spread,
      exactKeys: exact.spread,
    };
    const news = JSON.stringify(detail);
    if (news === this.told) return;
    this.tell("linear-change", detail, this.captionFor(found), this.told === "");
    this.told = news;
  }

  protected override controls(): TemplateResult {
    return controls({
      t: this.t,
      state: this.state,
      onChange: (change) => {
        this.state = change;
      },
      onReset: () => this.reset(),
    });
  }

  protected override picture(): TemplateResult {
    const { t, numbers, width, dark, table, pointed, survey, surveying } = this;
    const { found } = this.measured;
    const onPoint = (entry: Entry | undefined): void => {
      this.pointed = entry;
    };
    const given = { t, numbers, width, dark, table, under: this.under, pointed, onPoint };
    return html`${this.over}
      <div class="stage">
        ${
          found === undefined
            ? this.instead(t("waiting"))
            : linearView(
                given,
                found,
                survey,
                this.captionFor(found),
                progress(t, surveying.running, () => surveying.cancel()),
              )
        }
        ${surveying.problem === undefined ? nothing : html`<p class="warning" role="alert">${t("failed", { reason: surveying.problem })}</p>`}
      </div>
      ${this.takeAway(found && this.takeable(found))}`;
  }

  private takeable(found: Measured): Takeable {
    const caption = this.captionFor(found);
    return {
      name: `linear-${found.input.map}`,
      caption,
      code: () => linearCode(caption, found.input),
      csv: () => linearCsv(found, this.survey),
    };
  }
}
