import type { TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import { errorsTable } from "../../shared/matrices/errors-table.js";
import { inPercent } from "../../shared/relative.js";
import type { Translate } from "../../shared/text.js";
import type { Inverse } from "../inverse.js";
import type { Leak } from "../leak.js";
import { otherSource, type Matrices } from "../matrices.js";
import { tokenCount } from "../problem.js";
import { stepNames, type SourceName, type StepName } from "../schema.js";
import type { Steps } from "../steps.js";
import { landmarkCounts, middleNames, seedCount, type Middle, type Sweep } from "../sweep.js";
import type { NystromText } from "../text.en.js";

import { sourceLabels } from "./controls.js";
import { formulas, stepLabels } from "./formulas.js";

type T = Translate<NystromText>;

/** Names of what is put between the outer factors. */
export const middleLabels = {
  none: "withoutMiddle",
  six: "six",
  twelve: "twelve",
  twenty: "twenty",
  pinv: "pinv",
  ridge: "ridge",
} as const satisfies Record<Middle, keyof NystromText>;

export const matrixTable = (t: T, numbers: Numbers, { errors, middle }: Matrices, from: SourceName): TemplateResult =>
  errorsTable({
    numbers,
    caption: t("tableErrors"),
    rows: [
      [t("nystrom"), errors.nystrom],
      [t("nystromFrom", { source: t(sourceLabels[otherSource(from)]) }), errors.rival],
      [t("withoutMiddle"), errors.none],
      [t("uniform"), errors.uniform],
      ...(middle.rows < tokenCount ? [[t("best", { rank: middle.rows }), errors.best] as const] : []),
      [t("kernel"), errors.kernel],
    ],
  });

export const stepsTable = (t: T, numbers: Numbers, { errors }: Steps, step: StepName): TemplateResult =>
  errorsTable({
    numbers,
    caption: t("tableErrors"),
    first: t("step"),
    last: t("tableFormula"),
    current: stepNames.indexOf(step),
    rows: [
      ...stepNames.map((name) => [t(stepLabels[name]), errors[name], formulas[name]] as const),
      [t("uniform"), errors.uniform, "1/n"],
    ],
  });

const percent = (numbers: Numbers, value: number | undefined): string => inPercent(numbers, value ?? Number.NaN);

export function sweepTable(
  t: T,
  numbers: Numbers,
  { from, errors, sources, performer, uniform }: Sweep,
): TemplateResult {
  const other = otherSource(from);
  return dataTable({
    caption: t("tableSweep"),
    columns: [
      t("landmarks"),
      ...middleNames.map((name) => t(middleLabels[name])),
      t("sixFrom", { source: t(sourceLabels[other]) }),
      t("bestLine"),
      t("performer", { seeds: seedCount }),
      t("uniform"),
    ],
    rows: landmarkCounts.map((m, i) => [
      String(m),
      ...middleNames.map((name) => percent(numbers, errors[name][i])),
      percent(numbers, sources[other][i]?.middle),
      percent(numbers, errors.best[i]),
      percent(numbers, performer[i]?.middle),
      percent(numbers, uniform),
    ]),
  });
}

export function inverseTable(t: T, numbers: Numbers, inverse: Inverse): TemplateResult {
  return dataTable({
    caption: t("tableSteps"),
    columns: [t("steps"), t("tableResidual"), t("tableResidualKernel"), t("tableOutputDouble"), t("tableOutputKernel")],
    rows: inverse.residuals.map((residual, step) => [
      String(step),
      percent(numbers, residual),
      percent(numbers, inverse.kernelResiduals[step]),
      percent(numbers, inverse.outputs[step]),
      percent(numbers, inverse.kernelOutputs[step]),
    ]),
  });
}

export function leakTable(t: T, numbers: Numbers, { causal, masked }: Leak): TemplateResult {
  return dataTable({
    caption: t("tableLeak"),
    columns: [t("positionAxis"), t("causalLine"), t("maskedLine")],
    rows: causal.map((move, i) => [String(i + 1), percent(numbers, move), percent(numbers, masked[i])]),
  });
}
