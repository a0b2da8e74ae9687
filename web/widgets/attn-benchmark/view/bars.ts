import { html, nothing, svg, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { cellsOf, type Row } from "../rows.js";
import type { BenchmarkText } from "../text.en.js";

export interface BarsProps {
  readonly t: Translate<BenchmarkText>;
  readonly numbers: Numbers;
  readonly title: string;
  readonly rows: readonly Row[];
  /** GFLOP/s at which a bar would be full; undefined before anything is measured. */
  readonly ceiling: number | undefined;
  /** What is said instead of rows. */
  readonly instead?: string | undefined;
}

/** A table whose rows carry a bar: picture and numbers are one. */
export function bars({ t, numbers, title, rows, ceiling, instead }: BarsProps): TemplateResult {
  return html`<table>
    <caption>
      ${title}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t("what")}</th>
        <th scope="col">${t("time")}</th>
        <th scope="col">${t("rate")}</th>
        <th scope="col">${t("share")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map((row) => bar(numbers, row))}
      ${
        instead === undefined
          ? nothing
          : html`<tr>
              <td class="instead" colspan="4">${instead}</td>
            </tr>`
      }
      ${
        ceiling === undefined
          ? nothing
          : html`<tr class="limit">
              <th scope="row">${t("ceilingRow")}</th>
              <td>–</td>
              <td>${numbers.significant(ceiling, 3)}</td>
              <td>${numbers.percent(1)}</td>
            </tr>`
      }
    </tbody>
  </table>`;
}

function bar(numbers: Numbers, row: Row): TemplateResult {
  const [label, ...cells] = cellsOf(numbers, row);
  const size = (100 * Math.min(1, row.share)).toFixed(2);
  return html`<tr>
    <th scope="row">
      ${label}
      <svg class="bar ${row.kind}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        ${svg`<rect class="track" width="100" height="1"></rect><rect class="value" width=${size} height="1"></rect>`}
      </svg>
    </th>
    ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr>`;
}
