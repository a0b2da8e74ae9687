import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { keys as keyLines, segments } from "../shared/controls.js";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { captionBelow } from "../shared/figure-parts.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { messageOf } from "../shared/tasks/protocol.js";
import { isCancelled, TaskRunner } from "../shared/tasks/runner.js";
import { lengthCaption, tokensCaption } from "./caption.js";
import { growthCode, lengthsCode } from "./copy-as-javascript.js";
import { growthCsv, lengthsCsv } from "./exports.js";
import { headOf, randomSize, type Keys } from "./keys.js";
import { growthOf, lengthsUpTo, type Growth, type Lengths } from "./measure.js";
import { schema, viewNames, type KeyName, type ViewName } from "./schema.js";
import { formulas, scaleNames } from "./scales.js";
import { give, layerOf, layersOf, offeredSources, type Given } from "./source.js";
import { scaleStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type EntropyScaleText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { growthChart, lengthChart, type ChartProps } from "./view/charts.js";
import { controls } from "./view/controls.js";
import { growthTable, lengthTable } from "./view/tables.js";

/** Random keys that are added one by one. */
const randomTokens = 256;
const viewLabels = { length: "viewLength", tokens: "viewTokens" } as const;

/** What was measured, and of what. */
interface Result {
  readonly of: string;
  readonly given: Given;
  readonly lengths?: Lengths | undefined;
  readonly growth?: Growth | undefined;
}

/**
 * `<attn-entropy-scale>`: the entropy of attention against the number of tokens under five scales, on random keys and on the
 * heads of a model, and one row while tokens are added.
 *
 * Attributes: `view`, `keys`, `layer`, `head`, `d`, `kappa`, `n`, `query`, `key`, `seed`, `table` (see `schema`), `theme`,
 * `lang`. Parts: `widget`, `title`, `caption`. Events (bubbling, composed): `config-change` { state } when the state has
 * changed; `entropy-scale-change` with the numbers in view when they have.
 */
export class AttnEntropyScale extends FigureElement<typeof schema, EntropyScaleText> {
  static override styles = scaleStyles;
  static override properties: PropertyDeclarations = {
    ...FigureElement.propertiesOf(schema),
    result: { state: true },
    progress: { state: true },
    problem: { state: true },
  };
  static override script = "attn-entropy-scale.single.js";

  declare view: ViewName;
  declare keys: KeyName;
  declare layer: number;
  declare head: number;
  declare d: number;
  declare kappa: number;
  declare n: number;
  declare query: number;
  declare key: number;
  declare seed: number;

  declare private result: Result | undefined;
  /** Share done of the measurement under way; 0 while data are on their way. */
  declare private progress: number | undefined;
  declare private problem: string | undefined;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private wanted = "";
  private told: Result | undefined;
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-entropy-scale"), sharedLab);

  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
  }

  protected override stop(): void {
    super.stop();
    this.runner.stop();
    this.wanted = "";
  }

  protected override get question(): string {
    return this.t(this.view === "length" ? "titleLength" : "titleTokens");
  }

  /** Everything that the numbers depend on. */
  private get request(): string {
    const { view, keys, layer, head, d, kappa, query, key, seed } = this;
    const source = keys === "random" ? [seed, d] : [layerOf(keys, layer), head];
    return JSON.stringify([view, keys, source, kappa, ...(view === "tokens" ? [query, key] : [])]);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { lab, request, result } = this;
    if (lab === undefined) return;
    if (request !== this.wanted) {
      this.wanted = request;
      void this.find(request);
    }
    if (result === undefined || (result === this.told && !changed.has("n"))) return;
    const detail = {
      view: this.view,
      keys: this.keys,
      tokens: this.tokensInView,
      lengths: result.lengths?.lengths,
      entropy: result.lengths && scaleNames.map((name) => result.lengths?.curves[name].map(({ mean }) => mean)),
    };
    this.tell("entropy-scale-change", detail, this.caption(result), this.told === undefined);
    this.told = result;
  }

  /** Brings the numbers for a request; a later one takes its place. */
  private async find(request: string): Promise<void> {
    const { view, keys, seed, d, kappa, query, key } = this;
    this.problem = undefined;
    this.progress = 0;
    let reason: "dataFailed" | "failed" = "dataFailed";
    try {
      const given = await give(keys, layerOf(keys, this.layer), seed, d);
      reason = "failed";
      const measured =
        view === "length" ? { lengths: await this.measure(given, kappa) } : { growth: this.grow(given, query, key) };
      if (request === this.wanted) this.result = { of: request, given, ...measured };
    } catch (error) {
      if (isCancelled(error)) return;
      if (request === this.wanted) this.problem = this.t(reason, { reason: messageOf(error) });
    }
    if (request === this.wanted) this.progress = undefined;
  }

  private measure({ keys }: Given, kappa: number): Promise<Lengths> {
    const head = Math.min(this.head, keys.heads);
    const input = { keys: head > 0 ? headOf(keys, head - 1) : keys, lengths: lengthsUpTo(keys.n), kappa };
    const onProgress = (share: number): void => {
      this.progress = share;
    };
    return this.runner.run("measureLengths", input, { onProgress });
  }

  /** A few milliseconds, so on the page itself. */
  private grow(given: Given, query: number, key: number): Growth | undefined {
    const { lab, kappa } = this;
    if (lab === undefined) return undefined;
    const keys = grown(given.keys);
    return growthOf(lab, {
      keys,
      head: this.headFollowed(keys),
      query: Math.min(query, keys.queries) - 1,
      key: key > 0 ? Math.min(key, keys.n) - 1 : undefined,
      kappa,
    });
  }

  /** One head is followed: the first where the mean of all was asked for. */
  private headFollowed({ heads }: Keys): number {
    return Math.max(1, Math.min(this.head, heads)) - 1;
  }

  /** How many tokens can be added. */
  private get tokens(): number {
    return this.result === undefined ? randomTokens : grown(this.result.given.keys).n;
  }

  private get tokensInView(): number {
    return Math.min(this.n, this.tokens);
  }

  private caption({ given, lengths, growth }: Result): string {
    const { t, numbers } = this;
    if (lengths !== undefined) return lengthCaption(t, numbers, lengths, this.kappa, given.keys.paired);
    if (growth === undefined) return "";
    return tokensCaption(t, numbers, growth, this.tokensInView, given.keys.tokens?.[growth.key]);
  }

  protected override controls(): TemplateResult {
    const { t, numbers, keys } = this;
    return controls({
      t,
      numbers,
      state: {
        ...this.state,
        n: this.tokensInView,
        layer: layerOf(keys, this.layer),
        head: this.headShown,
        query: Math.min(this.query, this.result?.given.keys.queries ?? this.query),
        key: Math.min(this.key, this.tokens),
      },
      sources: offeredSources,
      layers: layersOf(keys),
      heads: this.result?.given.keys.heads ?? 1,
      queries: this.result?.given.keys.queries ?? 1,
      tokens: this.tokens,
      words: this.result?.given.keys.tokens,
      onChange: (change) => {
        this.state = change;
      },
      onReset: () => this.reset(),
    });
  }

  protected override picture(): TemplateResult {
    const { t, view, lab, problem } = this;
    const words = viewNames.map((name) => [name, t(viewLabels[name])] as const);
    return html`${segments("view", t("view"), words, view, (name) => {
        this.view = name;
      })}
      ${this.over} ${problem === undefined ? nothing : html`<p class="warning" role="alert">${problem}</p>`}
      <div class="stage">${lab === undefined ? captionBelow(t("waiting")) : this.stage()}</div>
      ${this.takeAway(this.result && this.takeable(this.result))}`;
  }

  private get headShown(): number {
    return this.view === "tokens" ? Math.max(1, this.head) : this.head;
  }

  private stage(): TemplateResult {
    const { t, numbers, result, width, progress, table } = this;
    const waiting = t(progress === 0 && this.keys !== "random" ? "loading" : "measuring");
    if (result === undefined) {
      return captionBelow(waiting, this.problem === undefined ? nothing : this.under);
    }
    const { lengths, growth, given } = result;
    const caption = this.caption(result);
    const props: ChartProps = { t, numbers, width, summary: caption };
    const lines = scaleNames.map((name) => [`line ${name}`, formulas[name]] as const);
    const band = lengths === undefined ? [] : [["band", t("band")] as const];
    const theory = lengths?.theory === undefined ? [] : [["line theory", t("theory")] as const];
    const uniform = ["line uniform", t(lengths === undefined ? "uniformWeight" : "uniform")] as const;
    return html`${lengths === undefined ? nothing : lengthChart(props, lengths)}
      ${growth === undefined ? nothing : this.growthCharts(props, growth)}
      ${keyLines([...lines, uniform, ...theory, ...band])} ${this.under}
      <p class="busy">
        ${
          progress === undefined
            ? nothing
            : html`<progress aria-label=${waiting} max="1" .value=${progress}></progress>`
        }
      </p>
      ${captionBelow(caption)}
      <p class="note">
        ${
          given.source.kind === "random"
            ? t("noteRandom", {
                queries: randomSize.queries,
                keys: given.keys.n,
                seed: given.source.seed,
              })
            : t("noteReal", { layer: layerOf(this.keys, this.layer) })
        }
      </p>
      ${table && lengths !== undefined ? lengthTable(t, numbers, lengths) : nothing}
      ${table && growth !== undefined ? growthTable(t, numbers, growth, this.tokensInView) : nothing}`;
  }

  private growthCharts(props: ChartProps, growth: Growth): TemplateResult {
    const width = props.width > 660 ? Math.floor((props.width - 16) / 2) : props.width;
    const given = { ...props, width };
    const choose = (n: number): void => {
      this.n = n;
    };
    return html`<div class="pair">
      ${growthChart(given, growth.weight, "weight", this.tokensInView, choose)}
      ${growthChart(given, growth.entropy, "entropy", this.tokensInView, choose)}
    </div>`;
  }

  private code(result: Result): string {
    const { given, lengths, growth } = result;
    const common = { title: this.caption(result), source: given.source, kappa: this.kappa };
    if (lengths !== undefined) {
      const head = Math.min(this.head, given.keys.heads);
      return lengthsCode({ ...common, lengths: lengths.lengths, head });
    }
    const { keys } = given;
    const query = Math.min(this.query, keys.queries) - 1;
    return growthCode({ ...common, head: this.headFollowed(keys), query, key: growth?.key ?? 0, n: this.tokens });
  }

  private takeable(result: Result): Takeable {
    const { lengths, growth } = result;
    return {
      name: `entropy-${this.view}-${this.keys}`,
      caption: this.caption(result),
      code: () => this.code(result),
      csv: () => (lengths === undefined ? ((growth && growthCsv(growth)) ?? "") : lengthsCsv(lengths)),
    };
  }
}

/** As many keys as are added one by one. */
function grown(keys: Keys): Keys {
  if (keys.n <= randomTokens) return keys;
  return { ...keys, n: randomTokens, k: keys.k.subarray(0, randomTokens * keys.d) };
}
