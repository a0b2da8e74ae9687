import { html, type TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { strongestFirst, type Analysis, type Row } from "../analysis.js";
import { tokenAt, type AttentionData } from "../data/attention-data.js";
import type { ScaleName } from "../schema.js";
import type { ExplorerText } from "../text.en.js";
import { who } from "../who.js";

export interface TablesProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly data: AttentionData;
  readonly analysis: Analysis;
  readonly row: Row;
  readonly query: number;
  readonly key: number;
  readonly scale: ScaleName;
}

/** Most lines of a table. */
const limit = 256;

/** The shown row and the entropy of all rows, in numbers. */
export function tables(props: TablesProps): TemplateResult {
  return html`<div class="tables">${rowTable(props)} ${entropyTable(props)}</div>`;
}

function rowTable({ t, numbers, data, row, query, key }: TablesProps): TemplateResult {
  const named = who(t, data.queryTokens, query);
  const keys =
    data.nK <= limit ? Array.from({ length: data.nK }, (_, index) => index) : strongestFirst(row).slice(0, limit);
  const hidden = (index: number): boolean => index >= row.visible;
  return dataTable({
    caption:
      data.nK <= limit ? t("tableRow", { who: named }) : t("tableRowPart", { who: named, count: limit, n: data.nK }),
    columns: [t("tableKey"), t("tableProduct"), t("tableLogit"), t("tableWeight")],
    current: keys.indexOf(key),
    rows: keys.map((index) => {
      const product = row.products[index] ?? Number.NaN;
      return [
        `${index + 1} ${tokenAt(data.keyTokens, index)}`,
        hidden(index) ? "–" : numbers.significant(product, 4),
        hidden(index) ? "–" : numbers.significant(product * row.factor, 4),
        numbers.fixed(row.weights[index] ?? Number.NaN, 5),
      ];
    }),
  });
}

function entropyTable({ t, numbers, data, analysis, query, scale }: TablesProps): TemplateResult {
  const count = Math.min(limit, data.nQ);
  const names = { none: t("scaleNone"), sqrt: t("scaleSqrt"), entropy: t("scaleEntropy") };
  const columns = ["none", "sqrt", "entropy"] as const;
  const at = (values: Float64Array, index: number): string => numbers.fixed(values[index] ?? Number.NaN, 3);
  return dataTable({
    caption: count < data.nQ ? t("tableEntropyPart", { count, n: data.nQ }) : t("tableEntropy"),
    columns: [
      t("tableQuery"),
      ...columns.map((name) => (name === scale ? `▸ ${names[name]}` : names[name])),
      t("entropyCeiling"),
    ],
    current: query,
    rows: Array.from({ length: count }, (_, index) => [
      `${index + 1} ${tokenAt(data.queryTokens, index)}`,
      ...columns.map((name) => at(analysis.entropy[name], index)),
      at(analysis.ceiling, index),
    ]),
  });
}
