import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Lab } from "../../package/index.js";
import { segments } from "../shared/controls.js";
import { FigureElement } from "../shared/figure-element.js";
import { Kept } from "../shared/kept.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { Computation } from "../shared/tasks/computation.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { speedText } from "../shared/speed/text.js";
import { estimatorMap, type EstimatorMap } from "./estimators.js";
import { matricesOf, type Matrices, type MatricesInput } from "./matrices.js";
import type { Tokens } from "./problem.js";
import {
  mostFeatures,
  schema,
  viewNames,
  type DrawName,
  type EstimatorName,
  type PerformerState,
  type TokenName,
  type ViewName,
} from "./schema.js";
import { picturesOf, type Picture } from "./pictures.js";
import { performerStyles } from "./styles.js";
import type { NormsInput } from "./sweeps.js";
import { tasks } from "./tasks.js";
import { en, type PerformerText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { controls } from "./view/controls.js";
import type { Entry } from "../shared/matrices/linked.js";
import { progress } from "../shared/figure-parts.js";

const titles = {
  matrices: "titleMatrices",
  error: "titleError",
  norms: "titleNorms",
  estimators: "titleEstimators",
  range: "titleRange",
  speed: "titleSpeed",
} as const satisfies Record<ViewName, keyof PerformerText>;

const viewLabels = {
  matrices: "viewMatrices",
  error: "viewError",
  norms: "viewNorms",
  estimators: "viewEstimators",
  range: "viewRange",
  speed: "viewSpeed",
} as const satisfies Record<ViewName, keyof PerformerText>;

/**
 * `<attn-performer>`: softmax attention through random features beside the exact matrix; how the error falls with their
 * number and grows with the size of queries and keys; sines and cosines; overflow; time.
 *
 * Attributes: `view`, `estimator`, `draw`, `features`, `d`, `sigma`, `tokens`, `seed`, `length`, `table` (see `schema`),
 * `theme`, `lang`. Parts: `widget`, `title`, `caption`. Events (bubbling, composed): `config-change` { state } when the state
 * has changed; `performer-change` with the numbers in view when they have.
 */
export class AttnPerformer extends FigureElement<typeof schema, PerformerText> {
  static override styles = performerStyles;
  static override properties: PropertyDeclarations = {
    ...FigureElement.propertiesOf(schema),
    pointed: { state: true },
  };
  static override script = "attn-performer.single.js";

  declare view: ViewName;
  declare estimator: EstimatorName;
  declare draw: DrawName;
  declare features: number;
  declare d: PerformerState["d"];
  declare sigma: number;
  declare tokens: TokenName;
  declare seed: number;
  declare length: number;
  declare private pointed: Entry | undefined;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-performer"), sharedLab);
  private readonly computations = {
    error: new Computation(this, this.runner, "sweepFeatures"),
    norms: new Computation(this, this.runner, "sweepNorms"),
    estimators: new Computation(this, this.runner, "sliceOf"),
    range: new Computation(this, this.runner, "rangeOf"),
    speed: new Computation(this, this.runner, "timeSpeed"),
  };
  private readonly matrices = new Kept<MatricesInput, Matrices>(matricesOf);
  private map: EstimatorMap | undefined;
  private told = "";

  constructor() {
    super();
    for (const [key, field] of Object.entries(schema)) Reflect.set(this, key, field.initial);
  }

  protected override get question(): string {
    return this.t(titles[this.view]);
  }

  protected override stop(): void {
    super.stop();
    for (const computation of Object.values(this.computations)) computation.stop();
    this.runner.stop();
  }

  private get tokensInView(): Tokens {
    const { tokens, sigma, seed } = this;
    return { tokens, sigma, seed, d: Number(this.d) };
  }

  private get matricesInput(): MatricesInput {
    const { estimator, draw } = this;
    return { ...this.tokensInView, estimator, draw, features: this.featuresInView };
  }

  /** A picture has 1024 directions at most, whatever an author wrote. */
  private get featuresInView(): number {
    return Math.min(this.features, mostFeatures);
  }

  /** Sizes of q and k are an axis here, not an input. */
  private get normsInput(): NormsInput {
    return { ...this.tokensInView, sigma: 1, draw: this.draw, features: Math.min(this.featuresInView, 256) };
  }

  /** Computes what the view in sight shows: at once what takes milliseconds, in the worker what takes longer. */
  private compute(lab: Lab): void {
    const { view, computations, seed } = this;
    if (view === "matrices") this.matrices.want(lab, this.matricesInput);
    else if (view === "error") computations.error.want(this.tokensInView);
    else if (view === "norms") computations.norms.want(this.normsInput);
    else if (view === "range") computations.range.want({ seed });
    else if (view === "speed") computations.speed.want({ features: this.featuresInView });
    else {
      this.map ??= estimatorMap(lab);
      computations.estimators.want({ length: this.length, seed });
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.lab !== undefined) this.compute(this.lab);
  }

  /** What the view in sight comes to; undefined until it has been computed once. */
  private get found(): Picture | undefined {
    const { error, norms, estimators, range, speed } = this.computations;
    const { t, numbers, width, table, view, matrices } = this;
    const given = { t, numbers, width, table, under: this.under };
    const pictures = picturesOf(given);
    if (view === "matrices") {
      return matrices.found && matrices.input && pictures.matrices(matrices.found, matrices.input, this.pointing);
    }
    if (view === "error") return error.result && error.input && pictures.error(error.result, error.input);
    if (view === "norms") {
      const onSigma = (sigma: number): void => {
        this.sigma = sigma;
      };
      return norms.result && norms.input && pictures.norms(norms.result, norms.input, this.sigma, onSigma);
    }
    if (view === "range") return range.result && range.input && pictures.range(range.result, range.input.seed);
    if (view === "speed") return speed.result && pictures.speed(speed.result, () => speed.again());
    return (
      this.map &&
      estimators.result &&
      pictures.estimators(this.map, estimators.result, {
        seed: this.seed,
        dark: this.dark,
        length: this.length,
        onLength: (length) => {
          this.length = length;
        },
      })
    );
  }

  private get pointing() {
    return {
      dark: this.dark,
      pointed: this.pointed,
      onPoint: (entry: Entry | undefined): void => {
        this.pointed = entry;
      },
    };
  }

  private get computation() {
    return this.view === "matrices" ? undefined : this.computations[this.view];
  }

  /** What is said until there is something to see. */
  private get waiting(): string {
    if (this.lab === undefined) return this.t("waiting");
    return this.view === "speed" ? speedText(this.language)("measuring") : this.t("computing");
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { found } = this;
    if (found === undefined || this.computation?.running !== undefined) return;
    const news = JSON.stringify([this.view, found.figures]);
    if (news === this.told) return;
    this.tell("performer-change", { view: this.view, ...found.figures }, found.caption, this.told === "");
    this.told = news;
  }

  protected override underway(): unknown {
    const { t, computation } = this;
    return progress(t, computation?.running, () => computation?.cancel());
  }

  protected override controls(): TemplateResult {
    const { t, numbers, view } = this;
    return controls({
      t,
      numbers,
      state: { ...this.state, features: view === "norms" ? this.normsInput.features : this.featuresInView },
      onChange: (change) => {
        this.state = change;
      },
      onReset: () => this.reset(),
    });
  }

  protected override picture(): TemplateResult {
    const { t, view, found, computation } = this;
    const words = viewNames.map((name) => [name, t(viewLabels[name])] as const);
    const running = computation?.running;
    return html`${segments("view", t("view"), words, view, (name) => {
        this.view = name;
      })}
      ${this.over}
      <div class="stage ${running === undefined ? "" : "old"}">
        ${this.atop}
        ${computation?.problem === undefined ? nothing : html`<p class="warning" role="alert">${t("failed", { reason: computation.problem })}</p>`}
        ${found === undefined ? this.instead(this.waiting, running !== undefined) : found.view}
      </div>
      ${this.takeAway(found && { name: `performer-${view}`, ...found })}`;
  }
}
