import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Lab } from "../../package/index.js";
import { segments } from "../shared/controls.js";
import { FigureElement } from "../shared/figure-element.js";
import { Kept } from "../shared/kept.js";
import { sharedLab } from "../shared/kernels/shared-lab.js";
import { Computation } from "../shared/tasks/computation.js";
import { speedText } from "../shared/speed/text.js";
import { TaskRunner } from "../shared/tasks/runner.js";
import { inverseOf, type Inverse, type InverseInput } from "./inverse.js";
import { leakOf, type Leak, type LeakInput } from "./leak.js";
import { matricesOf, type Matrices, type MatricesInput } from "./matrices.js";
import { picturesOf, type Picture } from "./pictures.js";
import { tokenCount, type Tokens } from "./problem.js";
import {
  mostSteps,
  mostTimed,
  schema,
  viewNames,
  type InverseName,
  type OrderName,
  type SourceName,
  type StepName,
  type ViewName,
} from "./schema.js";
import { stepsOf, type Steps, type StepsInput } from "./steps.js";
import { nystromStyles } from "./styles.js";
import { tasks } from "./tasks.js";
import { en, type NystromText } from "./text.en.js";
import { zh } from "./text.zh.js";
import { controls } from "./view/controls.js";
import type { Entry } from "../shared/matrices/linked.js";
import { progress } from "../shared/figure-parts.js";

const titles = {
  matrices: "titleMatrices",
  steps: "titleSteps",
  error: "titleError",
  inverse: "titleInverse",
  leak: "titleLeak",
  speed: "titleSpeed",
} as const satisfies Record<ViewName, keyof NystromText>;

const viewLabels = {
  matrices: "viewMatrices",
  steps: "viewSteps",
  error: "viewError",
  inverse: "viewInverse",
  leak: "viewLeak",
  speed: "viewSpeed",
} as const satisfies Record<ViewName, keyof NystromText>;

/**
 * `<attn-nystrom>`: softmax attention through landmarks beside the exact matrix, with its three factors; the way there, step
 * by step; how the error falls with their number; what the iterated inverse does; what of the future gets into the past; time.
 *
 * Attributes: `view`, `inverse`, `landmarks`, `from`, `iterations`, `factor`, `drift`, `sigma`, `order`, `seed`, `step`,
 * `table` (see `schema`), `theme`, `lang`. Parts: `widget`, `title`, `caption`. Events (bubbling, composed): `config-change` { state } when
 * the state has changed; `nystrom-change` with the numbers in view when they have.
 */
export class AttnNystrom extends FigureElement<typeof schema, NystromText> {
  static override styles = nystromStyles;
  static override properties: PropertyDeclarations = {
    ...FigureElement.propertiesOf(schema),
    pointed: { state: true },
  };
  static override script = "attn-nystrom.single.js";

  declare view: ViewName;
  declare inverse: InverseName;
  declare landmarks: number;
  declare from: SourceName;
  declare iterations: number;
  declare factor: number;
  declare drift: number;
  declare sigma: number;
  declare order: OrderName;
  declare seed: number;
  declare step: StepName;
  declare private pointed: Entry | undefined;

  protected readonly schema = schema;
  protected readonly texts = { en, zh };
  private readonly runner = new TaskRunner(tasks, () => import("virtual:worker/attn-nystrom"), sharedLab);
  private readonly error = new Computation(this, this.runner, "sweepLandmarks");
  private readonly speed = new Computation(this, this.runner, "timeSpeed");
  private readonly steps = new Kept<StepsInput, Steps>(stepsOf);
  private readonly matrices = new Kept<MatricesInput, Matrices>(matricesOf);
  private readonly inverses = new Kept<InverseInput, Inverse>(inverseOf);
  private readonly leak = new Kept<LeakInput, Leak>(leakOf);
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
    this.error.stop();
    this.speed.stop();
    this.runner.stop();
  }

  private get tokens(): Tokens {
    const { drift, sigma, order, seed } = this;
    return { drift, sigma, order, seed };
  }

  /** There are no more landmarks than tokens, and no more steps than pictures show, whatever an author wrote. */
  private get bounded(): Readonly<Record<"landmarks" | "iterations", number>> {
    const most = this.view === "speed" ? mostTimed : tokenCount;
    return { landmarks: Math.min(this.landmarks, most), iterations: Math.min(this.iterations, mostSteps) };
  }

  /** Computes what the view in sight shows: at once what takes milliseconds, in the worker what takes longer. */
  private compute(lab: Lab): void {
    const { view, tokens, inverse, from, factor } = this;
    const { landmarks, iterations } = this.bounded;
    if (view === "matrices") this.matrices.want(lab, { ...tokens, inverse, landmarks, from, iterations });
    else if (view === "steps") this.steps.want(lab, { ...tokens, landmarks, iterations });
    else if (view === "error") this.error.want({ ...tokens, from });
    else if (view === "speed") this.speed.want({ landmarks });
    else if (view === "inverse") this.inverses.want(lab, { ...tokens, landmarks, start: factor });
    else this.leak.want(lab, { ...tokens, order: "sequence", landmarks, iterations });
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.lab !== undefined) this.compute(this.lab);
  }

  /** What the view in sight comes to; undefined until it has been computed once. */
  private get found(): Picture | undefined {
    const { t, numbers, width, table, view, matrices, steps, error, inverses, leak, speed } = this;
    const pictures = picturesOf({ t, numbers, width, table, under: this.under });
    if (view === "matrices") {
      return matrices.found && matrices.input && pictures.matrices(matrices.found, matrices.input, this.pointing);
    }
    if (view === "steps") return steps.found && steps.input && pictures.steps(steps.found, steps.input, this.stepping);
    if (view === "speed") return speed.result && pictures.speed(speed.result, () => speed.again());
    if (view === "error") return error.result && error.input && pictures.error(error.result, error.input);
    if (view === "inverse") {
      const { iterations } = this.bounded;
      return inverses.found && inverses.input && pictures.inverse(inverses.found, inverses.input, iterations);
    }
    return leak.found && leak.input && pictures.leak(leak.found, leak.input);
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

  private get stepping() {
    return {
      ...this.pointing,
      step: this.step,
      onStep: (step: StepName): void => {
        this.step = step;
      },
    };
  }

  private get computation() {
    return this.view === "error" ? this.error : this.view === "speed" ? this.speed : undefined;
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
    this.tell("nystrom-change", { view: this.view, ...found.figures }, found.caption, this.told === "");
    this.told = news;
  }

  protected override underway(): unknown {
    const { t, computation } = this;
    return progress(t, computation?.running, () => computation?.cancel());
  }

  protected override controls(): TemplateResult {
    const { t, numbers } = this;
    return controls({
      t,
      numbers,
      state: { ...this.state, ...this.bounded },
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
      ${this.takeAway(found && { name: `nystrom-${view}`, ...found })}`;
  }
}
