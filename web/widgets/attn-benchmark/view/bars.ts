import { html, nothing, svg, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { cellsOf, type Named, type Row } from "../rows.js";
import type { BenchmarkText } from "../text.en.js";
import { unbroken } from "../../shared/unbroken.js";

export interface BarsProps {
  readonly t: Translate<BenchmarkText>;
  readonly numbers: Numbers;
  readonly title: string;
  readonly rows: readonly Row[];
  /** The share at which a bar is full. */
  readonly full: number;
  /** GFLOP/s of one core; undefined before anything is measured. */
  readonly ceiling: number | undefined;
  /** What stands there until there are rows, in as much room: their names, and what they wait for. */
  readonly instead?: { readonly rows: readonly Named[]; readonly why: string } | undefined;
}

/** A table whose rows carry a bar: picture and numbers are one. */
export function bars({ t, numbers, title, rows, full, ceiling, instead }: BarsProps): TemplateResult {
  return html`<table>
    <caption>
      ${unbroken(title)}
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
      ${rows.map((row) => {
        const [, ...cells] = cellsOf(numbers, row);
        return bar(row, row.share / full, cells);
      })}
      ${
        instead === undefined
          ? nothing
          : html`${instead.rows.map((row) => bar(row, 0, ["–", "–", "–"]))}
              <tr class="instead">
                ${head(t("ceilingRow"), 0)}
                <td colspan="3">${instead.why}</td>
              </tr>`
      }
      ${
        ceiling === undefined
          ? nothing
          : bar({ label: t("ceilingRow"), kind: "ceiling" }, 1 / full, [
              "–",
              numbers.significant(ceiling, 3),
              numbers.percent(1),
            ])
      }
    </tbody>
  </table>`;
}

function bar(
  { label, kind }: { label: string; kind: Named["kind"] | "ceiling" },
  length: number,
  cells: readonly string[],
): TemplateResult {
  return html`<tr class=${kind}>
    ${head(label, length)} ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr>`;
}

/** @param length of the bar, of the whole width */
function head(label: string, length: number): TemplateResult {
  const size = (100 * length).toFixed(2);
  return html`<th scope="row">
    ${unbroken(label)}
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<rect class="track" width="100" height="1"></rect><rect class="value" width=${size} height="1"></rect>`}
    </svg>
  </th>`;
}
