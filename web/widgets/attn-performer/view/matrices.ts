import { html, nothing, svg, type TemplateResult } from "lit";
import { logPlane } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import { joinSentences } from "../../shared/text.js";
import { trio, type Pointing } from "../../shared/matrices/trio.js";
import type { Matrices } from "../matrices.js";
import { tokenCount } from "../problem.js";
import { captionBelow } from "../../shared/figure-parts.js";
import type { ViewProps } from "./parts.js";
import { matrixTable, singularTable } from "./tables.js";

export type MatricesViewProps = ViewProps & Pointing;

/** Exact, approximated, their difference; the singular values of both; the ruler. */
export function matricesView(props: MatricesViewProps, matrices: Matrices): TemplateResult {
  const { t, numbers, caption, pointed, onPoint, dark } = props;
  const { exact, performer } = matrices;
  return html`${trio({
    ...{ dark, pointed, onPoint },
    source: matrices,
    label: t("matricesLabel"),
    matrices: [exact, performer],
    labels: [t("exact"), t("performer"), t("difference")],
    note: readout(),
  })}
  ${captionBelow(caption, props.under)} ${matrixTable(t, numbers, matrices)} ${singularChart(props, matrices)}
  ${keys([
    ["method exact", t("exact")],
    ["method performer", t("performer")],
  ])}
  ${props.table ? singularTable(t, numbers, matrices) : nothing}`;

  function readout(): string {
    if (pointed === undefined) return joinSentences(numbers.language, [t("differenceScale"), t("readoutNone")]);
    const at = pointed.row * tokenCount + pointed.column;
    return t("readout", {
      row: pointed.row + 1,
      column: pointed.column + 1,
      exact: numbers.significant(exact.values[at] ?? Number.NaN, 3),
      performer: numbers.significant(performer.values[at] ?? Number.NaN, 3),
    });
  }
}

const least = 1e-6;

function singularChart(props: ViewProps, { exactValues, performerValues, width }: Matrices): TemplateResult {
  const { t, numbers } = props;
  const most = 1.5 * Math.max(1, exactValues[0] ?? 0, performerValues[0] ?? 0);
  const points = (values: Float64Array): [number, number][] => Array.from(values, (value, i) => [i + 1, value]);
  return logPlane({
    kind: "singular",
    width: props.width,
    height: 210,
    x: [1, tokenCount],
    y: [least, most],
    xTicks: [1, 8, 16, 24, 32, 40, 48],
    xLabel: t("singular"),
    yLabel: t("singularValue"),
    formatX: String,
    formatY: (value) => power(value),
    summary: t("singular"),
    name: t("singular"),
    lines: [
      { kind: "method exact", points: points(exactValues) },
      { kind: "method performer", points: points(performerValues).filter(([, value]) => value >= least) },
    ],
    ...(width < tokenCount && {
      draw: (x, y) =>
        svg`<line class="limit" x1=${x(width)} x2=${x(width)} y1=${y(most)} y2=${y(least)}></line>
          <text x=${x(width) + (width > 30 ? -5 : 5)} y=${y(most) + 12} text-anchor=${width > 30 ? "end" : "start"}>${t("rankMark", { rank: numbers.whole(width) })}</text>`,
    }),
  });
}

/** 10⁻³ and its like. */
export function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  const digits = Array.from(String(Math.abs(exponent)), (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "").join("");
  return exponent === 0 ? "1" : exponent === 1 ? "10" : `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
