import { html, type TemplateResult } from "lit";
import { rollButton, slider } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import {
  drawNames,
  estimatorNames,
  mostFeatures,
  tokenNames,
  widths,
  type DrawName,
  type EstimatorName,
  type PerformerState,
  type TokenName,
  type ViewName,
} from "../schema.js";
import type { PerformerText } from "../text.en.js";

export interface ControlsProps {
  readonly t: Translate<PerformerText>;
  readonly numbers: Numbers;
  readonly state: PerformerState;
  readonly onChange: (change: Partial<PerformerState>) => void;
  readonly onReset: () => void;
}

type Control = "estimator" | "draw" | "features" | "d" | "sigma" | "tokens" | "length" | "roll";

/** What can be changed in each view. */
const controlsOf: Readonly<Record<ViewName, readonly Control[]>> = {
  matrices: ["features", "sigma", "estimator", "draw", "d", "tokens", "roll"],
  error: ["sigma", "d", "tokens", "roll"],
  norms: ["sigma", "features", "draw", "d", "tokens", "roll"],
  estimators: ["length", "roll"],
  range: ["roll"],
  speed: ["features"],
};

const estimatorLabels = {
  positive: "estimatorPositive",
  hyperbolic: "estimatorHyperbolic",
  trigonometric: "estimatorTrigonometric",
  regularized: "estimatorRegularized",
  relu: "estimatorRelu",
} as const satisfies Record<EstimatorName, keyof PerformerText>;

export const drawLabels = {
  orthogonal: "drawOrthogonal",
  independent: "drawIndependent",
  quantile: "drawQuantile",
  stratified: "drawStratified",
  "sqrt-d": "drawSqrtD",
} as const satisfies Record<DrawName, keyof PerformerText>;

const tokenLabels = {
  smooth: "tokensSmooth",
  independent: "tokensIndependent",
} as const satisfies Record<TokenName, keyof PerformerText>;

function picker<Key extends "estimator" | "draw" | "d" | "tokens">(
  { state, onChange }: ControlsProps,
  name: Key,
  label: string,
  options: readonly (readonly [PerformerState[Key], string])[],
): TemplateResult {
  return html`<label>
    <span class="label">${label}</span><br />
    <select name=${name} @change=${(event: Event) => onChange({ [name]: (event.target as HTMLSelectElement).value })}>
      ${options.map(([value, text]) => html`<option value=${value} .selected=${value === state[name]}>${text}</option>`)}
    </select>
  </label>`;
}

/** The controls of the view in sight. */
export function controls(props: ControlsProps): TemplateResult {
  const { t, numbers, state, onChange } = props;
  const all: Readonly<Record<Control, () => TemplateResult>> = {
    features: () =>
      slider({
        name: "features",
        label: t("features"),
        shown: String(state.features),
        least: state.view === "speed" ? 4 : 0,
        most: Math.log2(mostFeatures),
        by: state.view === "matrices" ? 0.25 : 1,
        value: Math.log2(state.features),
        onInput: (exponent) => onChange({ features: Math.round(2 ** exponent) }),
      }),
    sigma: () =>
      slider({
        name: "sigma",
        label: t("sigma"),
        shown: numbers.plain(state.sigma),
        least: 0.1,
        most: 1.5,
        by: 0.05,
        value: state.sigma,
        onInput: (sigma) => onChange({ sigma }),
      }),
    length: () =>
      slider({
        name: "length",
        label: t("length"),
        shown: numbers.plain(state.length),
        least: 0.2,
        most: 2,
        by: 0.1,
        value: state.length,
        onInput: (length) => onChange({ length }),
      }),
    estimator: () =>
      picker(
        props,
        "estimator",
        t("estimator"),
        estimatorNames.map((name) => [name, t(estimatorLabels[name])]),
      ),
    draw: () =>
      picker(
        props,
        "draw",
        t("draw"),
        drawNames.map((name) => [name, t(drawLabels[name])]),
      ),
    d: () =>
      picker(
        props,
        "d",
        t("d"),
        widths.map((d) => [`${d}`, `${d}`]),
      ),
    tokens: () =>
      picker(
        props,
        "tokens",
        t("tokens"),
        tokenNames.map((name) => [name, t(tokenLabels[name])]),
      ),
    roll: () => rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1 })),
  };
  return html`<div class="controls">
    ${controlsOf[state.view].map((name) => all[name]())}
    <button type="button" class="quiet" @click=${props.onReset}>${t("reset")}</button>
  </div>`;
}
