import { html, nothing, svg, type TemplateResult } from "lit";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { plane } from "../../shared/charts/plane.js";
import { linePath } from "../../shared/charts/line-chart.js";
import { keys } from "../../shared/controls.js";
import { captionBelow, halfOf } from "../../shared/figure-parts.js";
import { divergesFrom, growth, type Inverse } from "../inverse.js";
import { mostSteps } from "../schema.js";
import { percentTick } from "./charts.js";
import type { ViewProps } from "./parts.js";
import { inverseTable } from "./tables.js";

export interface InverseViewProps extends ViewProps {
  /** What V₀ is multiplied by. */
  readonly start: number;
  /** Steps that are marked. */
  readonly iterations: number;
}

/** What the steps do to the inverse, and to the output. */
export function inverseView(props: InverseViewProps, inverse: Inverse): TemplateResult {
  const { t, numbers, width, caption, start, iterations } = props;
  const steps = (values: readonly number[]): [number, number][] =>
    values.map((value, step) => [step, Number.isFinite(value) ? value : Infinity]);
  const level = (value: number): [number, number][] => [
    [0, value],
    [mostSteps, value],
  ];
  const known = [...inverse.outputs, inverse.pinv, inverse.uniform].filter((value) => value > 0 && value < 100);
  const chart = (
    name: "residualTitle" | "outputTitle",
    [least, most]: readonly [number, number],
    lines: readonly LogLine[],
    formatY: (value: number) => string,
  ): TemplateResult =>
    html`<figure>
      <figcaption>${t(name)}</figcaption>
      ${logPlane({
        kind: name === "residualTitle" ? "residuals" : "outputs",
        width: halfOf(width),
        height: 280,
        x: [0, mostSteps],
        y: [least, most],
        xTicks: [0, 6, 12, 18, 24, 30],
        xLabel: t("steps"),
        yLabel: "",
        formatX: String,
        formatY,
        summary: t(name),
        name: t(name),
        draw: (x, y) =>
          svg`<line class="limit" x1=${x(iterations)} x2=${x(iterations)} y1=${y(most)} y2=${y(least)}></line>`,
        lines,
      })}
    </figure>`;
  const both = (spectrum: readonly number[], kernel: readonly number[]): LogLine[] => [
    { kind: "method theory", points: steps(spectrum) },
    {
      kind: "method nystrom bare",
      points: steps(kernel),
      dots: (x, y) => t("point", { x: String(x), y: numbers.significant(y, 3) }),
    },
  ];
  return html`<div class="pair">
      ${chart("residualTitle", [1e-8, 100], both(inverse.residuals, inverse.kernelResiduals), (value) => numbers.significant(value, 1))}
      ${props.under}
      ${chart(
        "outputTitle",
        [0.7 * Math.min(...known), 1.4 * Math.max(...known)],
        [
          { kind: "method uniform", points: level(inverse.uniform) },
          { kind: "method nystrom wide", points: level(inverse.pinv) },
          ...both(inverse.outputs, inverse.kernelOutputs),
        ],
        (value) => percentTick(numbers, value),
      )}
      ${sharesFigure(props, inverse)}
      <p class="note">${t("sharesNote")}</p>
    </div>
    ${keys([
      ["dot method nystrom", t("fromKernel")],
      ["method theory", t("fromSpectrum", { start: numbers.plain(start) })],
      ["method nystrom wide", t("pinvLine")],
      ["method uniform", t("uniform")],
    ])}
    ${captionBelow(caption)} ${props.table ? inverseTable(t, numbers, inverse) : nothing}`;
}

const [widest, lowest, highest] = [5, -2, 4] as const;

/**
 * What a step makes of each share w, and where the shares are. Below 4.13 they end at 1, except at 3, which stays and catches
 * those up to 3.467.
 */
function sharesFigure({ t, numbers, width, iterations }: InverseViewProps, { shares }: Inverse): TemplateResult {
  const curve = Array.from({ length: 101 }, (_, i) => (widest * i) / 100).filter((w) => w * growth(w) > lowest);
  const within = (value: number): number => Math.min(highest, Math.max(lowest, value));
  const reached = (step: number): number[] => (shares[step] ?? []).filter(Number.isFinite);
  const title = t("sharesTitle", { iterations });
  return html`<figure>
    <figcaption>${title}</figcaption>
    ${plane({
      kind: "shares",
      width: halfOf(width),
      height: 280,
      x: [0, widest],
      y: [lowest, highest],
      xLabel: t("shareAxis"),
      xTicks: [0, 1, 2, 3, 4, 5],
      format: (value) => numbers.plain(value),
      summary: title,
      name: title,
      draw: (x, y) => svg`
        <rect class="runaway" x=${x(divergesFrom)} y=${y(highest)} width=${x(widest) - x(divergesFrom)} height=${y(lowest) - y(highest)}></rect>
        <line class="method theory" x1=${x(0)} y1=${y(0)} x2=${x(highest)} y2=${y(highest)}></line>
        <path class="method nystrom wide" d=${linePath(curve.map((w) => [x(w), y(w * growth(w))] as const))}></path>
        ${reached(0).map((w) => svg`<circle class="begun" cx=${x(Math.min(widest, w))} cy=${y(within(w * growth(w)))} r="5"></circle>`)}
        ${reached(iterations).map((w) => svg`<circle class="method nystrom dot" cx=${x(Math.min(widest, Math.max(0, w)))} cy=${y(within(w * growth(w)))} r="3.5"><title>${t("sharePoint", { from: numbers.significant(w, 3), to: numbers.significant(w * growth(w), 3) })}</title></circle>`)}
        <text x=${x(widest) - 4} y=${y(highest) + 30} text-anchor="end">${t("diverges")}</text>
        <text x=${x(2.75)} y=${y(3)} text-anchor="end">${t("stalls")}</text>`,
    })}
  </figure>`;
}
