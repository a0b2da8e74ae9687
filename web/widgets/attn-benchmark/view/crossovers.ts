import { html, nothing, type TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import type { Crossovers } from "../crossover.js";
import { crossoverRows } from "../crossover-rows.js";
import { browser, date, processor, storedCrossovers } from "../stored.js";
import type { BenchmarkText } from "../text.en.js";
import { crossoverChart } from "./crossover-chart.js";
import { unbroken } from "../../shared/unbroken.js";

export interface CrossoversProps {
  readonly t: Translate<BenchmarkText>;
  readonly numbers: Numbers;
  readonly measured: Crossovers | undefined;
  readonly caption: string;
  /** Room for the charts, in pixels. */
  readonly width: number;
  /** What stands right below the first of them. */
  readonly under: unknown;
}

/** Charts lie side by side from this width on. */
const twoColumns = 760;

/** Where attention of linear cost meets exact attention: stored and here, as charts and as a table. */
export function crossovers(props: CrossoversProps): TemplateResult {
  const { t, measured, caption, width, under } = props;
  const charts = [
    { name: t("stored", { processor, browser, date }), methods: storedCrossovers },
    { name: t("here"), methods: measured?.methods },
  ].flatMap(({ name, methods }) => (methods === undefined ? [] : [{ name, methods }]));
  const room = charts.length > 1 && width >= twoColumns ? Math.floor((width - 32) / 2) : width;
  return html`<div class="stage ${charts.length > 1 ? "pair" : ""}">
      ${charts.map(
        ({ name, methods }, index) =>
          html`<figure>
              <figcaption>${name}</figcaption>
              ${crossoverChart({ ...props, methods, name, width: room })}
            </figure>
            ${index === 0 ? under : nothing}`,
      )}
    </div>
    ${charts.length === 0 ? under : nothing} ${charts.length === 0 ? nothing : crossoverTable(props)}
    <p class="caption" part="caption">${unbroken(caption)}</p>
    <p class="note">${t("crossoverNote")}</p>`;
}

function crossoverTable({ t, numbers, measured }: CrossoversProps): TemplateResult {
  const here = measured?.methods;
  const shown = [true, storedCrossovers !== undefined, here !== undefined];
  const only = (cells: readonly string[]): string[] => cells.filter((_, column) => shown[column]);
  return dataTable({
    caption: t("crossoverTable"),
    columns: only([t("method"), t("storedColumn"), t("hereColumn")]),
    rows: crossoverRows(t, numbers, { stored: storedCrossovers, here }).map(only),
  });
}
