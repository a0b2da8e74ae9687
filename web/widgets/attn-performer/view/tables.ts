import type { TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import { errorsTable } from "../../shared/matrices/errors-table.js";
import { inPercent } from "../../shared/relative.js";
import type { Translate } from "../../shared/text.js";
import { dotAngles, type Slice } from "../estimators.js";
import type { Matrices } from "../matrices.js";
import { tokenCount } from "../problem.js";
import { evaluations, largestNorms, type Range } from "../range.js";
import type { Band } from "../sweeps.js";
import type { PerformerText } from "../text.en.js";

type T = Translate<PerformerText>;

export const matrixTable = (t: T, numbers: Numbers, { errors, width }: Matrices): TemplateResult =>
  errorsTable({
    numbers,
    caption: t("tableErrors"),
    rows: [
      [t("performer"), errors.performer],
      [t("uniform"), errors.uniform],
      ...(width < tokenCount ? [[t("best", { rank: width }), errors.best] as const] : []),
      [t("kernel"), errors.kernel],
    ],
  });

export function singularTable(t: T, numbers: Numbers, { exactValues, performerValues }: Matrices): TemplateResult {
  return dataTable({
    caption: t("tableSingular"),
    columns: [t("tableIndex"), t("exact"), t("performer")],
    rows: Array.from(exactValues, (value, i) => [
      String(i + 1),
      numbers.significant(value, 4),
      numbers.significant(performerValues[i] ?? Number.NaN, 4),
    ]),
  });
}

export function bandsTable(
  t: T,
  numbers: Numbers,
  axis: string,
  series: readonly (readonly [name: string, bands: readonly Band[]])[],
): TemplateResult {
  const [, first = []] = series[0] ?? [];
  return dataTable({
    caption: t("tableSweep"),
    columns: [
      axis,
      ...series.flatMap(([name]) => [
        `${name}, ${t("tableLow")}`,
        `${name}, ${t("tableMiddle")}`,
        `${name}, ${t("tableHigh")}`,
      ]),
    ],
    rows: first.map(({ x }, i) => [
      numbers.plain(x),
      ...series.flatMap(([, bands]) =>
        [bands[i]?.low, bands[i]?.middle, bands[i]?.high].map((value) => inPercent(numbers, value ?? Number.NaN)),
      ),
    ]),
  });
}

export function sliceTable(t: T, numbers: Numbers, { drawn }: Slice): TemplateResult {
  return dataTable({
    caption: t("tableEstimators"),
    columns: [t("angleAxis"), t("positiveLine"), t("trigonometricLine")],
    rows: dotAngles.map((angle, i) => [
      t("degrees", { angle: numbers.whole((180 * angle) / Math.PI) }),
      numbers.significant(drawn.positive[i] ?? Number.NaN, 3),
      numbers.significant(drawn.trigonometric[i] ?? Number.NaN, 3),
    ]),
  });
}

export function rangeTable(t: T, numbers: Numbers, { errors, uniform }: Range): TemplateResult {
  return dataTable({
    caption: t("tableRange"),
    columns: [t("normAxis"), ...evaluations.map((name) => t(name)), t("uniform")],
    rows: largestNorms.map((norm, i) => [
      String(norm),
      ...evaluations.map((name) => numbers.significant(errors[name][i] ?? Number.NaN, 2)),
      numbers.significant(uniform[i] ?? Number.NaN, 2),
    ]),
  });
}
