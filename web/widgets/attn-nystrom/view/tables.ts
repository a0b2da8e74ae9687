import type { TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import type { AttentionErrors } from "../../shared/matrices/errors.js";
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

const errorColumns = (t: T): string[] => [
  t("tableOutput"),
  t("tableFrobenius"),
  t("tableLargest"),
  t("tableDivergence"),
  t("tableRowSums"),
  t("tableLeast"),
];

const errorCells = (numbers: Numbers, each: AttentionErrors): string[] => [
  numbers.significant(each.output, 3),
  numbers.significant(each.frobenius, 3),
  numbers.significant(each.largest, 3),
  Number.isNaN(each.divergence) ? "–" : numbers.significant(each.divergence, 3),
  numbers.significant(each.rowSums, 2),
  numbers.significant(each.least, 2),
];

/** The ruler: how far each answer is off, in every sense of the word. */
export function errorsTable(t: T, numbers: Numbers, { errors, middle }: Matrices, from: SourceName): TemplateResult {
  const row = (name: string, each: AttentionErrors): string[] => [name, ...errorCells(numbers, each)];
  return dataTable({
    caption: t("tableErrors"),
    columns: [t("tableMethod"), ...errorColumns(t)],
    rows: [
      row(t("nystrom"), errors.nystrom),
      row(t("nystromFrom", { source: t(sourceLabels[otherSource(from)]) }), errors.rival),
      row(t("withoutMiddle"), errors.none),
      row(t("uniform"), errors.uniform),
      ...(middle.rows < tokenCount ? [row(t("best", { rank: middle.rows }), errors.best)] : []),
      row(t("kernel"), errors.kernel),
    ],
  });
}

/** The same ruler, step by step; what a phone shows first is how far each is off. */
export function stepsTable(t: T, numbers: Numbers, { errors }: Steps, step: StepName): TemplateResult {
  return dataTable({
    caption: t("tableErrors"),
    columns: [t("step"), ...errorColumns(t), t("tableFormula")],
    current: stepNames.indexOf(step),
    rows: [
      ...stepNames.map((name) => [t(stepLabels[name]), ...errorCells(numbers, errors[name]), formulas[name]]),
      [t("uniform"), ...errorCells(numbers, errors.uniform), "1/n"],
    ],
  });
}

const digits = (numbers: Numbers, value: number | undefined): string => numbers.significant(value ?? Number.NaN, 3);

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
      ...middleNames.map((name) => digits(numbers, errors[name][i])),
      digits(numbers, sources[other][i]?.middle),
      digits(numbers, errors.best[i]),
      digits(numbers, performer[i]?.middle),
      digits(numbers, uniform),
    ]),
  });
}

export function inverseTable(t: T, numbers: Numbers, inverse: Inverse): TemplateResult {
  return dataTable({
    caption: t("tableSteps"),
    columns: [t("steps"), t("tableResidual"), t("tableResidualKernel"), t("tableOutputDouble"), t("tableOutputKernel")],
    rows: inverse.residuals.map((residual, step) => [
      String(step),
      digits(numbers, residual),
      digits(numbers, inverse.kernelResiduals[step]),
      digits(numbers, inverse.outputs[step]),
      digits(numbers, inverse.kernelOutputs[step]),
    ]),
  });
}

export function leakTable(t: T, numbers: Numbers, { causal, masked }: Leak): TemplateResult {
  return dataTable({
    caption: t("tableLeak"),
    columns: [t("positionAxis"), t("causalLine"), t("maskedLine")],
    rows: causal.map((move, i) => [String(i + 1), digits(numbers, move), digits(numbers, masked[i])]),
  });
}
