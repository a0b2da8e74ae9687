import type { TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { ruleText } from "../caption.js";
import { steps, type Rule, type SamplingOptions } from "../sampling.js";
import type { Solution } from "../solve.js";
import type { EntropyText } from "../text.en.js";

type T = Translate<EntropyText>;

export function entriesTable(t: T, numbers: Numbers, { p, robust }: Solution): TemplateResult {
  return dataTable({
    caption: t("tableEntries"),
    columns: [t("tableEntry"), t("tableBefore"), t("tableAfter")],
    rows: Array.from(p, (value, i) => [
      String(i + 1),
      numbers.significant(value, 6),
      numbers.significant(robust.output[i] ?? Number.NaN, 6),
    ]),
  });
}

/** `of` tells several tables apart. */
export function traceTable(
  t: T,
  numbers: Numbers,
  { article, robust }: Solution,
  round: number,
  digits = 7,
  of?: string,
): TemplateResult {
  const cell = (value: number | undefined): string => (value === undefined ? "" : numbers.significant(value, digits));
  return dataTable({
    caption: of === undefined ? t("tableTrace") : `${t("tableTrace")} (${of})`,
    columns: [
      t("tableRound"),
      t("tableArticleExponent"),
      t("tableArticleEntropy"),
      t("tableRobustExponent"),
      t("tableRobustEntropy"),
    ],
    current: round - 1,
    rows: Array.from({ length: Math.max(article.rounds.length, robust.rounds.length) }, (_, i) => [
      String(i + 1),
      cell(article.rounds[i]?.exponent),
      cell(article.rounds[i]?.entropy),
      cell(robust.rounds[i]?.exponent),
      cell(robust.rounds[i]?.entropy),
    ]),
  });
}

export function stepsTable(
  t: T,
  numbers: Numbers,
  rules: readonly Rule[],
  step: number,
  options: SamplingOptions,
): TemplateResult {
  return dataTable({
    caption: t("tableSteps"),
    columns: [t("step"), ...rules.map(({ name }) => ruleText(t, numbers, name, options))],
    current: step - 1,
    rows: Array.from({ length: steps }, (_, i) => [
      String(i + 1),
      ...rules.map(({ entropy }) => numbers.fixed(entropy[i] ?? Number.NaN, 4)),
    ]),
  });
}
