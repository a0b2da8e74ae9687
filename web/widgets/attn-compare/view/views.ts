import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { cells } from "../../shared/charts/cells.js";
import { ColorMap, tone } from "../../shared/charts/color-map.js";
import { dataTable } from "../../shared/charts/data-table.js";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import type { Matrix } from "../../shared/matrices/softmax.js";
import { seedCount, type HeadMeasured, type HeadsMeasured } from "../measure.js";
import { methodNames } from "../methods.js";
import { allNames, nameOf, type ViewProps } from "./parts.js";

/** Errors of every head under every method; a click chooses a head. */
export function headsView(
  props: ViewProps,
  measured: HeadsMeasured,
  chosen: number,
  caption: string,
  onHead: (head: number) => void,
): TemplateResult {
  const { t, numbers, width } = props;
  const { heads, budget, errors, performer } = measured;
  const dots = (head: number, error: number): string =>
    t("point", { head: String(head), error: numbers.percent(error) });
  const line = (values: readonly number[]): [number, number][] => values.map((error, head) => [head + 1, error]);
  const lines: LogLine[] = allNames.map((name) => ({
    kind: `method ${name}`,
    points: line(name === "performer" ? performer.map(({ middle }) => middle) : errors[name]),
    dots,
    ...(name === "performer" && { band: performer.map(({ low, high }) => [low, high] as const) }),
  }));
  const all = lines.flatMap(({ points, band = [] }) => [...points, ...band].map(([, error]) => error));
  const known = all.filter((error) => error > 1e-5 && Number.isFinite(error));
  const range = [Math.min(...known) / 1.2, Math.max(...known) * 1.2] as const;
  return html`${logPlane({
      kind: "heads",
      width,
      height: Math.min(380, 180 + width / 4),
      x: [0.5, heads + 0.5],
      y: range,
      xTicks: Array.from({ length: heads }, (_, head) => head + 1),
      xLabel: t("heads"),
      yLabel: t("outputError"),
      formatX: String,
      formatY: (value) => `${numbers.plain(100 * value)}%`,
      summary: caption,
      name: t("outputError"),
      lines,
      draw: (x, y) => {
        const band = x(2) - x(1);
        return svg`<rect class="chosen" x=${x(chosen) - band / 2} width=${band} y=${y(range[1])} height=${y(range[0]) - y(range[1])}></rect>
      ${Array.from({ length: heads }, (_, head) => svg`<rect class="pick" x=${x(head + 1) - band / 2} width=${band} y=${y(range[1])} height=${y(range[0]) - y(range[1])} @click=${() => onHead(head + 1)}></rect>`)}`;
      },
    })}
    ${keys(allNames.map((name) => [`method ${name}`, nameOf(t, name, budget)] as const))}
    <p class="caption" part="caption">${caption}</p>
    <p class="note">${t("bandNote", { seeds: seedCount })}</p>
    ${
      props.table
        ? dataTable({
            caption: t("tableHeads"),
            columns: [t("heads"), ...allNames.map((name) => nameOf(t, name, budget))],
            current: chosen - 1,
            rows: Array.from({ length: heads }, (_, head) => [
              String(head + 1),
              ...lines.map(({ points }) => numbers.significant(points[head]?.[1] ?? Number.NaN, 3)),
            ]),
          })
        : nothing
    }`;
}

/** Side of a matrix in its own units. */
const side = 200;

/** The matrices of one head, and the ruler. */
export function headView({ t, numbers, dark }: ViewProps, measured: HeadMeasured): TemplateResult {
  const { exact, matrices, errors, budget, head } = measured;
  const most = exact.values.reduce((a, b) => Math.max(a, b), 0);
  const picture = (name: string, matrix: Matrix): TemplateResult =>
    html`<figure>
      <figcaption>${name}</figcaption>
      <svg class="plane matrix" viewBox="0 0 ${side} ${side}" role="img" aria-label=${name} data-name=${name}>
        ${guard([matrix, dark], () =>
          cells({
            rows: matrix.rows,
            columns: matrix.columns,
            share: (row, column) => tone(matrix.values[row * matrix.columns + column] ?? Number.NaN, most),
            colors: ColorMap.of(dark),
            left: 0,
            top: 0,
            width: side,
            height: side,
          }),
        )}
      </svg>
    </figure>`;
  return html`<p class="note">${t("matrixNote", { head: head + 1 })}</p>
    <div class="matrices">
      ${picture(t("exact"), exact)} ${methodNames.map((name) => picture(nameOf(t, name, budget), matrices[name]))}
    </div>
    ${dataTable({
      caption: t("tableErrors", { head: head + 1 }),
      columns: [
        t("tableMethod"),
        t("tableOutput"),
        t("tableFrobenius"),
        t("tableLargest"),
        t("tableDivergence"),
        t("tableRowSums"),
        t("tableLeast"),
      ],
      rows: [...allNames, "best" as const].map((name) => {
        const each = errors[name];
        return [
          nameOf(t, name, budget),
          numbers.significant(each.output, 3),
          numbers.significant(each.frobenius, 3),
          numbers.significant(each.largest, 3),
          Number.isNaN(each.divergence) ? "–" : numbers.significant(each.divergence, 3),
          numbers.significant(each.rowSums, 2),
          numbers.significant(each.least, 2),
        ];
      }),
    })}`;
}
