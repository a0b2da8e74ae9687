import { html, type TemplateResult } from "lit";
import { rollButton, slider } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { tokenCount } from "../problem.js";
import {
  inverseNames,
  mostSteps,
  orderNames,
  type InverseName,
  type NystromState,
  type OrderName,
  mostTimed,
  sourceNames,
  type SourceName,
  type ViewName,
} from "../schema.js";
import type { NystromText } from "../text.en.js";

export interface ControlsProps {
  readonly t: Translate<NystromText>;
  readonly numbers: Numbers;
  readonly state: NystromState;
  readonly onChange: (change: Partial<NystromState>) => void;
  readonly onReset: () => void;
}

type Control = "landmarks" | "from" | "inverse" | "iterations" | "factor" | "drift" | "sigma" | "order" | "roll";

/** What can be changed in each view. */
const controlsOf: Readonly<Record<ViewName, readonly Control[]>> = {
  matrices: ["landmarks", "iterations", "drift", "sigma", "inverse", "from", "order", "roll"],
  steps: ["landmarks", "iterations", "drift", "sigma", "order", "roll"],
  error: ["drift", "sigma", "from", "order", "roll"],
  inverse: ["iterations", "factor", "landmarks", "drift", "sigma", "order", "roll"],
  leak: ["landmarks", "iterations", "drift", "sigma", "roll"],
  speed: ["landmarks"],
};

export const inverseLabels = {
  none: "inverseNone",
  iterative: "inverseIterative",
  exact: "inverseExact",
  pinv: "inversePinv",
  ridge: "inverseRidge",
} as const satisfies Record<InverseName, keyof NystromText>;

const orderLabels = {
  sequence: "orderSequence",
  shuffled: "orderShuffled",
} as const satisfies Record<OrderName, keyof NystromText>;

export const sourceLabels = {
  segments: "fromSegments",
  clusters: "fromClusters",
} as const satisfies Record<SourceName, keyof NystromText>;

function picker<Key extends "from" | "inverse" | "order">(
  { state, onChange }: ControlsProps,
  name: Key,
  label: string,
  options: readonly (readonly [NystromState[Key], string])[],
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
    landmarks: () =>
      slider({
        name: "landmarks",
        label: t("landmarks"),
        shown: String(state.landmarks),
        least: 0,
        most: Math.log2(state.view === "speed" ? mostTimed : tokenCount),
        by: 0.25,
        value: Math.log2(state.landmarks),
        onInput: (exponent) => onChange({ landmarks: Math.round(2 ** exponent) }),
      }),
    iterations: () =>
      slider({
        name: "iterations",
        label: t("iterations"),
        shown: String(state.iterations),
        least: 0,
        most: mostSteps,
        by: 1,
        value: state.iterations,
        onInput: (iterations) => onChange({ iterations }),
      }),
    factor: () =>
      slider({
        name: "factor",
        label: t("start"),
        shown: numbers.plain(state.factor),
        least: -3,
        most: 4,
        by: 0.25,
        value: Math.log2(state.factor),
        onInput: (exponent) => onChange({ factor: Number((2 ** exponent).toPrecision(2)) }),
      }),
    drift: () =>
      slider({
        name: "drift",
        label: t("drift"),
        shown: numbers.plain(state.drift),
        least: 0,
        most: 0.99,
        by: 0.01,
        value: state.drift,
        onInput: (drift) => onChange({ drift }),
      }),
    sigma: () =>
      slider({
        name: "sigma",
        label: t("sigma"),
        shown: numbers.plain(state.sigma),
        least: 0.1,
        most: 2,
        by: 0.1,
        value: state.sigma,
        onInput: (sigma) => onChange({ sigma }),
      }),
    from: () =>
      picker(
        props,
        "from",
        t("from"),
        sourceNames.map((name) => [name, t(sourceLabels[name])]),
      ),
    inverse: () =>
      picker(
        props,
        "inverse",
        t("inverse"),
        inverseNames.map((name) => [name, t(inverseLabels[name])]),
      ),
    order: () =>
      picker(
        props,
        "order",
        t("order"),
        orderNames.map((name) => [name, t(orderLabels[name])]),
      ),
    roll: () => rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1 })),
  };
  const shown = controlsOf[state.view].filter(
    (name) => name !== "iterations" || state.view !== "matrices" || state.inverse === "iterative",
  );
  return html`<div class="controls">
    ${shown.map((name) => all[name]())}
    <button type="button" class="quiet" @click=${props.onReset}>${t("reset")}</button>
  </div>`;
}
