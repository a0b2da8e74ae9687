import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { Kept } from "../shared/kept.js";
import { captionOf } from "./caption.js";
import { linearCode } from "./copy-as-javascript.js";
import { linearCsv } from "./exports.js";
import { lengths, measure, tokenCount, type Measured } from "./measure.js";
import { schema, type LinearState, type MapName } from "./schema.js";
import { linearStyles } from "./styles.js";
import { en, type LinearText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { controls } from "./view/controls.js";
import { linearView } from "./view/views.js";

/**
 * `<attn-linear>`: the matrix of linear attention beside that of softmax attention: its rank, and over how many keys its
 * rows spread; what hiding the future does to the rank.
 *
 * Attributes: `map`, `d`, `sigma`, `causal`, `seed`, `table` (see `schema`), `theme`, `lang`. Parts: `widget`, `title`,
 * `caption`. Events (bubbling, composed): `config-change` { state } when the state has changed; `linear-change` with the
 * numbers in view when they have.
 */
export class AttnLinear extends FigureElement<typeof schema, LinearText> {
  static override styles = linearStyles;
  static override properties: PropertyDeclarations = FigureElement.propertiesOf(schema);
  static override script = "attn-linear.single.js";

  declare map: MapName;
  declare d: LinearState["d"];
  declare sigma: number;
  declare causal: boolean;
  declare seed: number;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private readonly measured = new Kept(measure);
  private told = "";

  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
  }

  protected override get question(): string {
    return this.t("title");
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.lab === undefined) return;
    const { map, d, sigma, causal, seed } = this;
    this.measured.want(this.lab, { map, d, sigma, causal, seed });
  }

  private get found(): Measured | undefined {
    return this.measured.found;
  }

  private captionFor(found: Measured): string {
    return captionOf(this.t, this.numbers, found);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { found } = this;
    if (found === undefined) return;
    const { input, exact, linear } = found;
    const at = lengths.indexOf(tokenCount);
    const detail = {
      map: input.map,
      n: tokenCount,
      rank: linear.rank,
      exactRank: exact.rank,
      keys: linear.spreads[at],
      exactKeys: exact.spreads[at],
    };
    const news = JSON.stringify(detail);
    if (news === this.told) return;
    this.tell("linear-change", detail, this.captionFor(found), this.told === "");
    this.told = news;
  }

  protected override picture(): TemplateResult {
    const { t, numbers, width, dark, table, found } = this;
    return html`${controls({
        t,
        state: this.state,
        onChange: (change) => {
          this.state = change;
        },
        onReset: () => this.reset(),
      })}
      <div class="stage">
        ${
          found === undefined
            ? html`<p class="note waiting">${t("waiting")}</p>`
            : linearView({ t, numbers, width, dark, table }, found, this.captionFor(found))
        }
      </div>
      ${this.takeAway(found && this.takeable(found))}`;
  }

  private takeable(found: Measured): Takeable {
    const caption = this.captionFor(found);
    return {
      name: `linear-${found.input.map}`,
      caption,
      code: () => linearCode(caption, found.input),
      csv: () => linearCsv(found),
    };
  }
}
