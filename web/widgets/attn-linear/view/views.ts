import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { cells } from "../../shared/charts/cells.js";
import { ColorMap, tone } from "../../shared/charts/color-map.js";
import { dataTable } from "../../shared/charts/data-table.js";
import { logPlane } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import type { Matrix } from "../../shared/matrices/softmax.js";
import type { Translate } from "../../shared/text.js";
import { lengths, negligible, tokenCount, type Measured } from "../measure.js";
import type { LinearText } from "../text.en.js";

export interface ViewProps {
  readonly t: Translate<LinearText>;
  readonly numbers: Numbers;
  readonly width: number;
  readonly dark: boolean;
  readonly table: boolean;
}

/** Side of a matrix in its own units. */
const side = 320;
const halfOf = (width: number): number => (width < 656 ? width : Math.floor((width - 16) / 2));

/** The two matrices, their singular values, and over how many keys their rows spread. */
export function linearView(props: ViewProps, measured: Measured, caption: string): TemplateResult {
  const { t, numbers, width, dark, table } = props;
  const { exact, linear, uniform, features, input } = measured;
  const most = exact.matrix.values.reduce((a, b) => Math.max(a, b), 0);
  const picture = (name: string, { values }: Matrix): TemplateResult =>
    html`<figure>
      <figcaption>${name}</figcaption>
      <svg class="plane matrix" viewBox="0 0 ${side} ${side}" role="img" aria-label=${name} data-name=${name}>
        ${guard([values, dark], () =>
          cells({
            rows: tokenCount,
            columns: tokenCount,
            share: (row, column) => tone(values[row * tokenCount + column] ?? Number.NaN, most),
            colors: ColorMap.of(dark),
            left: 0,
            top: 0,
            width: side,
            height: side,
          }),
        )}
      </svg>
    </figure>`;
  const largest = Math.max(exact.values[0] ?? 0, linear.values[0] ?? 0);
  const range = [negligible * largest, 1.5 * largest] as const;
  const singular = (values: Float64Array): [number, number][] =>
    Array.from(values, (value, i): [number, number] => [i + 1, value]).filter(([, value]) => value >= range[0]);
  const spread = (values: readonly number[]): [number, number][] =>
    values.map((value, i): [number, number] => [lengths[i] ?? Number.NaN, value]);
  const dots = (x: number, y: number): string => t("point", { x: String(x), y: numbers.fixed(y, 1) });
  const last = lengths[lengths.length - 1] ?? 1;
  return html`<div class="pair">
      ${picture(t("exactMatrix"), exact.matrix)} ${picture(t("linearMatrix"), linear.matrix)}
    </div>
    <p class="caption" part="caption">${caption}</p>
    <div class="pair">
      ${logPlane({
        kind: "singular",
        width: halfOf(width),
        height: 250,
        x: [1, tokenCount],
        y: range,
        xTicks: [1, 8, 16, 32, 48, 64],
        xLabel: t("singular"),
        yLabel: t("singularValue"),
        formatX: String,
        formatY: (value) => numbers.significant(value, 1),
        summary: caption,
        name: t("singularValue"),
        lines: [
          { kind: "method exact", points: singular(exact.values) },
          { kind: "method linear", points: singular(linear.values) },
        ],
        ...(!input.causal && {
          draw: (x, y) =>
            svg`<line class="limit" x1=${x(features)} x2=${x(features)} y1=${y(range[0])} y2=${y(range[1])}></line>
            <text x=${x(features) + 5} y=${y(range[0]) - 6}>${t("rankMark", { features })}</text>`,
        }),
      })}
      ${logPlane({
        kind: "spread",
        width: halfOf(width),
        height: 250,
        x: [lengths[0], last],
        logX: true,
        y: [Math.min(...exact.spreads, ...linear.spreads) / 1.2, 1.2 * last],
        xTicks: lengths,
        xLabel: t("tokens"),
        yLabel: t("keysPerRow"),
        formatX: String,
        formatY: String,
        summary: t("keysPerRow"),
        name: t("keysPerRow"),
        lines: [
          { kind: "method uniform", points: spread(uniform) },
          { kind: "method exact", points: spread(exact.spreads), dots },
          { kind: "method linear", points: spread(linear.spreads), dots },
        ],
      })}
    </div>
    ${keys([
      ["method exact", t("exactLine")],
      ["method linear", t("linearLine")],
      ["method uniform", t("uniform")],
    ])}
    <p class="note">${t("rankNote")}</p>
    ${
      table
        ? html`${dataTable({
            caption: t("tableSpread"),
            columns: [t("tokens"), t("exactLine"), t("linearLine"), t("uniform")],
            current: lengths.indexOf(tokenCount),
            rows: lengths.map((n, i) => [
              String(n),
              ...[exact.spreads, linear.spreads, uniform].map((values) => numbers.fixed(values[i] ?? Number.NaN, 2)),
            ]),
          })}
          ${dataTable({
            caption: t("tableSingular"),
            columns: [t("singular"), t("exactLine"), t("linearLine")],
            rows: Array.from(exact.values, (value, i) => [
              String(i + 1),
              numbers.significant(value, 3),
              numbers.significant(linear.values[i] ?? Number.NaN, 3),
            ]),
          })}`
        : nothing
    }`;
}
