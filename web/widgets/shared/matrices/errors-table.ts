import type { TemplateResult } from "lit";
import { dataTable, type DataTable } from "../charts/data-table.js";
import type { Numbers } from "../format.js";
import type { Language } from "../language.js";
import { inPercent } from "../relative.js";
import type { AttentionErrors } from "./errors.js";

type Sense = Readonly<Record<Language, string>> & {
  readonly of: keyof AttentionErrors;
  readonly digits: number;
  /** Whether it is relative, and so in percent. */
  readonly relative?: true;
};

const method = { en: "Method", zh: "方法" };
/** What a phone shows first is how far the output is off. */
const senses: readonly Sense[] = [
  { of: "output", digits: 3, relative: true, en: "Output", zh: "输出" },
  { of: "frobenius", digits: 3, relative: true, en: "Matrix", zh: "矩阵" },
  { of: "largest", digits: 3, en: "Worst entry", zh: "最差的元素" },
  { of: "divergence", digits: 3, en: "KL per row", zh: "每行的 KL" },
  { of: "rowSums", digits: 2, en: "Row sums", zh: "行和" },
  { of: "least", digits: 2, en: "Least entry", zh: "最小的元素" },
];

export interface ErrorsTable extends Omit<DataTable, "columns" | "rows" | "folding"> {
  readonly numbers: Numbers;
  /** What names the rows; methods by default. */
  readonly first?: string;
  /** The last column, if there is one more. */
  readonly last?: string;
  readonly rows: readonly (readonly [name: string, errors: AttentionErrors, last?: string])[];
}

/** The ruler: how far each answer is off, in every sense of the word. */
export function errorsTable({ numbers, first, last, rows, ...rest }: ErrorsTable): TemplateResult {
  const { language } = numbers;
  const cell = (errors: AttentionErrors, { of, digits, relative }: Sense): string =>
    of === "divergence" && Number.isNaN(errors[of])
      ? "–"
      : relative
        ? inPercent(numbers, errors[of], digits)
        : numbers.significant(errors[of], digits);
  return dataTable({
    ...rest,
    folding: true,
    columns: [
      first ?? method[language],
      ...senses.map((sense) => sense[language]),
      ...(last === undefined ? [] : [last]),
    ],
    rows: rows.map(([name, errors, more]) => [
      name,
      ...senses.map((sense) => cell(errors, sense)),
      ...(more === undefined ? [] : [more]),
    ]),
  });
}
