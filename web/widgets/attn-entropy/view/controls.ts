import { html, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { effective } from "../caption.js";
import { steps, type SamplingOptions } from "../sampling.js";
import { startNames, type EntropyState, type StartName } from "../schema.js";
import { articleRounds, type Solution } from "../solve.js";
import { starts } from "../starts.js";
import type { EntropyText } from "../text.en.js";
import { rollButton, slider } from "../../shared/controls.js";

export interface ControlsProps {
  readonly t: Translate<EntropyText>;
  readonly numbers: Numbers;
  readonly state: EntropyState;
  readonly onChange: (change: Partial<EntropyState>) => void;
  readonly onReset: () => void;
}

export const startLabels = {
  random: "startRandom",
  ramp: "startRamp",
  peaked: "startPeaked",
  geometric: "startGeometric",
  flat: "startFlat",
  tie: "startTie",
  bounded: "startBounded",
} as const satisfies Record<StartName, keyof EntropyText>;

const targetText = ({ t, numbers }: ControlsProps, entropy: number): string =>
  t("targetValue", { entropy: numbers.fixed(entropy, 2), effective: effective(numbers, entropy) });

const roll = ({ t, state, onChange }: ControlsProps): TemplateResult =>
  rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1 }));

/** Entropies in nats that can be asked for of so many entries. */
export const targetRange = (count: number): [least: number, most: number] => [
  0.02,
  Math.floor(Math.log(count) * 100) / 100,
];

/** Of the views of one distribution: where it starts, the target, and in the solver the rounds that are drawn. */
export function solutionControls(props: ControlsProps, { target, p }: Solution): TemplateResult {
  const { t, state, onChange } = props;
  const [least, most] = targetRange(p.length);
  return html`<div class="controls">
    <label>
      <span class="label">${t("start")}</span><br />
      <select
        name="from"
        @change=${(event: Event) => onChange({ from: (event.target as HTMLSelectElement).value as StartName, entropy: 0 })}
      >
        ${startNames.map((name) => html`<option value=${name} .selected=${name === state.from}>${t(startLabels[name])}</option>`)}
      </select>
    </label>
    ${slider({
      name: "entropy",
      label: t("target"),
      shown: targetText(props, target),
      least,
      most,
      by: 0.01,
      value: target,
      onInput: (entropy) => onChange({ entropy }),
    })}
    ${
      state.view === "solver"
        ? slider({
            name: "round",
            label: t("round"),
            shown: t("roundOf", { round: state.round, rounds: articleRounds }),
            least: 0,
            most: articleRounds,
            by: 1,
            value: state.round,
            onInput: (round) => onChange({ round }),
          })
        : ""
    }
    ${starts[state.from].seeded ? roll(props) : ""}
    <button type="button" class="quiet" @click=${props.onReset}>${t("reset")}</button>
  </div>`;
}

/** Of the sampling view: the step, the target and the other rules' settings. */
export function samplingControls(props: ControlsProps, options: SamplingOptions): TemplateResult {
  const { t, numbers, state, onChange } = props;
  return html`<div class="controls">
    ${slider({
      name: "step",
      label: t("step"),
      shown: t("stepOf", { step: state.step, steps }),
      least: 1,
      most: steps,
      by: 1,
      value: state.step,
      onInput: (step) => onChange({ step }),
    })}
    ${slider({
      name: "entropy",
      label: t("target"),
      shown: targetText(props, options.entropy),
      least: 0.1,
      most: 5,
      by: 0.05,
      value: options.entropy,
      onInput: (entropy) => onChange({ entropy }),
    })}
    ${slider({
      name: "temperature",
      label: t("temperature"),
      shown: numbers.plain(options.temperature),
      least: 0.1,
      most: 2,
      by: 0.05,
      value: options.temperature,
      onInput: (temperature) => onChange({ temperature }),
    })}
    ${slider({
      name: "topk",
      label: t("topk"),
      shown: t("topkValue", { count: options.topk }),
      least: 1,
      most: 100,
      by: 1,
      value: options.topk,
      onInput: (topk) => onChange({ topk }),
    })}
    ${slider({
      name: "topp",
      label: t("topp"),
      shown: numbers.percent(options.topp),
      least: 0.05,
      most: 1,
      by: 0.05,
      value: options.topp,
      onInput: (topp) => onChange({ topp }),
    })}
    ${roll(props)}
    <button type="button" class="quiet" @click=${props.onReset}>${t("reset")}</button>
  </div>`;
}
