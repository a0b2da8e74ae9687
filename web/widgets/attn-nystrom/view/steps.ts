import { html, nothing, type TemplateResult } from "lit";
import { segments } from "../../shared/controls.js";
import { captionBelow, isNarrow } from "../../shared/figure-parts.js";
import { trio, type Pointing } from "../../shared/matrices/trio.js";
import { stepNames, type StepName } from "../schema.js";
import type { Steps } from "../steps.js";
import { formulas, stepLabels } from "./formulas.js";
import type { ViewProps } from "./parts.js";
import { stepsTable } from "./tables.js";

export interface StepsViewProps extends ViewProps, Pointing {
  readonly step: StepName;
  readonly onStep: (step: StepName) => void;
}

/** The derivation: what stands in the place of the attention matrix, step by step. */
export function stepsView(props: StepsViewProps, steps: Steps): TemplateResult {
  const { t, numbers, caption, dark, pointed, onPoint, step, onStep } = props;
  const { exact, matrices } = steps;
  const words = stepNames.map((name, i) => [name, `${i + 1}. ${t(stepLabels[name])}`] as const);
  const choice = segments("step", t("step"), words, step, onStep);
  const narrow = isNarrow(props.width);
  return html`${narrow ? nothing : choice}
  ${trio({
    ...{ dark, pointed, onPoint },
    source: matrices[step],
    label: t("matricesLabel"),
    matrices: [exact, matrices[step]],
    labels: [t("exact"), formulas[step], t("difference")],
    note: t("formulasNote"),
  })}
  ${captionBelow(caption, narrow ? html`${choice} ${props.under}` : nothing)} ${stepsTable(t, numbers, steps, step)}`;
}
