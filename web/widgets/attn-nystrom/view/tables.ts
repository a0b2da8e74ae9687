import type { TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import type { AttentionErrors } from "../../shared/matrices/errors.js";
import type { Translate } from "../../shared/text.js";
import type { Inverse } from "../inverse.js";
import type { Leak } from "../leak.js";
import type { Matrices } from "../matrices.js";
import { tokenCount } from "../problem.js";
import { landmarkCounts, middleNames, seedCount, type Middle, type Sweep } from "../sweep.js";
import type { NystromText } from "../text.en.js";

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

/** The ruler: how far each answer is off, in every sense of the word. */
export function errorsTable(t: T, numbers: Numbers, { errors, middle }: Matrices): TemplateResult {
  const row = (name: string, each: AttentionErrors): string[] => [
    name,
    numbers.significant(each.output, 3),
    numbers.significant(each.frobenius, 3),
    numbers.significant(each.largest, 3),
    Number.isNaN(each.divergence) ? "–" : numbers.significant(each.divergence, 3),
    numbers.significant(each.rowSums, 2),
    numbers.significant(each.least, 2),
  ];
  return dataTable({
    caption: t("tableErrors"),
    columns: [
      t("tableMethod"),
      t("tableOutput"),
      t("tableFrobenius"),
      t("tableLargest"),
      t("tableDivergence"),
      t("tableRowSums"),
      t("tableLeast"),
    ],
    rows: [
      row(t("nystrom"), errors.nystrom),
      row(t("withoutMiddle"), errors.none),
      row(t("uniform"), errors.uniform),
      ...(middle.rows < tokenCount ? [row(t("best", { rank: middle.rows }), errors.best)] : []),
      row(t("kernel"), errors.kernel),
    ],
  });
}

const digits = (numbers: Numbers, value: number | undefined): string => numbers.significant(value ?? Number.NaN, 3);

export function sweepTable(t: T, numbers: Numbers, { errors, performer, uniform }: Sweep): TemplateResult {
  return dataTable({
    caption: t("tableSweep"),
    columns: [
      t("landmarks"),
      ...middleNames.map((name) => t(middleLabels[name])),
      t("bestLine"),
      t("performer", { seeds: seedCount }),
      t("uniform"),
    ],
    rows: landmarkCounts.map((m, i) => [
      String(m),
      ...[...middleNames, "best" as const].map((name) => digits(numbers, errors[name][i])),
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
