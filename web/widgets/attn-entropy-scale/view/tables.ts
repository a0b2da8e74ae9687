import type { TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import type { Growth, Lengths } from "../measure.js";
import { formulas, scaleNames } from "../scales.js";
import type { EntropyScaleText } from "../text.en.js";

type T = Translate<EntropyScaleText>;

export function lengthTable(t: T, numbers: Numbers, { lengths, curves }: Lengths): TemplateResult {
  return dataTable({
    caption: t("tableLength"),
    columns: ["n", ...scaleNames.map((name) => formulas[name]), "ln n"],
    rows: lengths.map((n, i) => [
      String(n),
      ...scaleNames.map((name) => numbers.fixed(curves[name][i]?.mean ?? NaN, 3)),
      numbers.fixed(Math.log(n), 3),
    ]),
  });
}

export function growthTable(t: T, numbers: Numbers, { entropy, weight }: Growth, n: number): TemplateResult {
  return dataTable({
    caption: t("tableTokens"),
    columns: [
      "n",
      ...scaleNames.map((name) => t("tableWeight", { scale: formulas[name] })),
      ...scaleNames.map((name) => t("tableEntropy", { scale: formulas[name] })),
    ],
    current: n - 1,
    rows: Array.from(entropy.sqrt, (_, i) => [
      String(i + 1),
      ...scaleNames.map((name) => numbers.fixed(weight[name][i] ?? NaN, 5)),
      ...scaleNames.map((name) => numbers.fixed(entropy[name][i] ?? NaN, 4)),
    ]),
  });
}
