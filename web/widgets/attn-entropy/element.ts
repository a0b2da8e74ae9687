import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Lab } from "../../package/index.js";
import { FigureElement, type Takeable } from "../shared/figure-element.js";
import { failuresCaption, samplingCaption, solverCaption, transformCaption } from "./caption.js";
import { samplingCode, solverCode } from "./copy-as-javascript.js";
import { entriesCsv, roundsCsv, samplingCsv } from "./exports.js";
import { sampled, samplingTarget, steps, type Rule, type SamplingOptions } from "./sampling.js";
import { failing, schema, viewNames, type StartName, type ViewName } from "./schema.js";
import { articleRounds, solve, type Solution } from "./solve.js";
import { entropyStyles } from "./styles.js";
import { en, type EntropyText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { samplingControls, solutionControls, type ControlsProps } from "./view/controls.js";
import { domainOf } from "./view/curve.js";
import { segments } from "../shared/controls.js";
import { failuresView, samplingView, solverView, transformView } from "./view/views.js";

const titles = {
  transform: "titleTransform",
  solver: "titleSolver",
  failures: "titleFailures",
  sampling: "titleSampling",
} as const satisfies Record<ViewName, keyof EntropyText>;

const viewLabels = {
  transform: "viewTransform",
  solver: "viewSolver",
  failures: "viewFailures",
  sampling: "viewSampling",
} as const satisfies Record<ViewName, keyof EntropyText>;

/** What the kernels found for a state; `key` is what it depends on. */
interface Found {
  readonly key: string;
  readonly solution: Solution;
  readonly failures: readonly Solution[];
  readonly rules: readonly Rule[];
}

/**
 * `<attn-entropy>`: a distribution brought to a prescribed entropy by a power, the ways to find the power, and what that
 * does as a rule for drawing tokens.
 *
 * Attributes: `view`, `from`, `entropy`, `seed`, `round`, `step`, `temperature`, `topk`, `topp`, `table` (see `schema`),
 * `theme`, `lang`. Parts: `widget`, `title`, `caption`. Events (bubbling, composed): `config-change` { state } when the state
 * has changed; `entropy-change` with the numbers in view when they have.
 */
export class AttnEntropy extends FigureElement<typeof schema, EntropyText> {
  static override styles = entropyStyles;
  static override properties = FigureElement.propertiesOf(schema);
  static override script = "attn-entropy.single.js";

  declare view: ViewName;
  declare from: StartName;
  declare entropy: number;
  declare seed: number;
  declare round: number;
  declare step: number;
  declare temperature: number;
  declare topk: number;
  declare topp: number;

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

  private get options(): SamplingOptions {
    const { seed, temperature, topk, topp, entropy } = this;
    return { seed, temperature, topk, topp, entropy: entropy > 0 ? entropy : samplingTarget };
  }

  /** Steps in view run from 1 to 24, whatever an author wrote. */
  private get stepInView(): number {
    return Math.min(this.step, steps);
  }

  private get roundInView(): number {
    return Math.min(this.round, articleRounds);
  }

  /** What the present state comes to; computed anew when it has changed. A millisecond or two, so on the page itself. */
  private find(lab: Lab): Found {
    const { view, from, seed, entropy, options } = this;
    const key = JSON.stringify([view, from, seed, entropy, options]);
    if (this.found?.key === key) return this.found;
    const solution = solve(lab, from, seed, entropy);
    const failures = view === "failures" ? failing.map((name) => solve(lab, name, seed, 0)) : [];
    const rules = view === "sampling" ? sampled(lab, options) : [];
    return { key, solution, failures, rules };
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.found = this.lab && this.find(this.lab);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { found, view, round, step } = this;
    if (found === undefined) return;
    const news = JSON.stringify([found.key, round, step]);
    if (news === this.told) return;
    const { solution } = found;
    const { robust, article } = solution;
    const detail = {
      view,
      n: solution.p.length,
      initialEntropy: solution.entropy,
      target: view === "sampling" ? this.options.entropy : solution.target,
      exponent: robust.exponent,
      temperature: 1 / robust.exponent,
      rounds: robust.rounds.length,
      articleExponent: article.exponent,
      articleOutcome: article.outcome,
    };
    this.tell("entropy-change", detail, this.caption(found), this.told === "");
    this.told = news;
  }

  private caption({ solution, failures, rules }: Found): string {
    const { t, numbers, view, roundInView: round } = this;
    if (view === "transform") return transformCaption(t, numbers, solution);
    if (view === "failures") return failuresCaption(t, failures);
    if (view === "sampling") return samplingCaption(t, numbers, rules, this.stepInView, this.options);
    const [left, right] = domainOf(solution, round);
    return solverCaption(t, numbers, solution, round, (exponent) => exponent < left || exponent > right);
  }

  protected override picture(): TemplateResult {
    const { t, view, found } = this;
    const words = viewNames.map((name) => [name, t(viewLabels[name])] as const);
    return html`${segments("view", t("view"), words, view, (name) => {
      this.view = name;
    })}
    ${found === undefined ? html`<p class="caption" part="caption">${t("waiting")}</p>` : this.stage(found)}
    ${this.takeAway(found && this.takeable(found))}`;
  }

  private stage(found: Found): TemplateResult {
    const { t, numbers, width, view, lab, table } = this;
    const caption = this.caption(found);
    if (lab === undefined) return html``;
    const given = {
      ...{ t, numbers, lab, width, caption, table, under: this.under },
      onTarget: (entropy: number): void => {
        this.entropy = entropy;
      },
    };
    const pictures = {
      transform: () => transformView(given, found.solution),
      solver: () => solverView(given, found.solution, this.roundInView),
      failures: () =>
        failuresView(given, found.failures, (from) => {
          this.state = { view: "solver", from, entropy: 0, round: articleRounds };
        }),
      sampling: () =>
        samplingView(given, found.rules, this.stepInView, this.options, (step) => {
          this.step = step;
        }),
    };
    return html`${this.over}
      <div class="stage">${pictures[view]()}</div>`;
  }

  protected override controls(): TemplateResult | typeof nothing {
    const { found } = this;
    if (found === undefined || this.view === "failures") return nothing;
    const props: ControlsProps = {
      t: this.t,
      numbers: this.numbers,
      state: { ...this.state, round: this.roundInView, step: this.stepInView },
      onChange: (change) => {
        this.state = change;
      },
      onReset: () => this.reset(),
    };
    return this.view === "sampling" ? samplingControls(props, this.options) : solutionControls(props, found.solution);
  }

  private code(found: Found): string {
    const caption = this.caption(found);
    if (this.view === "sampling") return samplingCode(caption, this.stepInView, this.options);
    return solverCode(caption, this.view === "failures" ? found.failures : [found.solution]);
  }

  private takeable(found: Found): Takeable {
    const { view, from } = this;
    const { solution, failures, rules } = found;
    const tables = {
      transform: () => entriesCsv(solution),
      solver: () => roundsCsv([solution]),
      failures: () => roundsCsv(failures),
      sampling: () => samplingCsv(rules),
    };
    return {
      name: `entropy-${view}${view === "transform" || view === "solver" ? `-${from}` : ""}`,
      caption: this.caption(found),
      code: () => this.code(found),
      csv: tables[view],
    };
  }
}
