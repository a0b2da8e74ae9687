import { html, nothing, svg, type TemplateResult } from "lit";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import type { Inverse } from "../inverse.js";
import type { Leak } from "../leak.js";
import { tokenCount } from "../problem.js";
import { mostSteps } from "../schema.js";
import { landmarkCounts, middleNames, seedCount, type Middle, type Sweep } from "../sweep.js";
import { captionBelow } from "../../shared/figure-parts.js";
import type { ViewProps } from "./parts.js";
import { inverseTable, leakTable, middleLabels, sweepTable } from "./tables.js";

const heightOf = (width: number): number => Math.min(400, 170 + width / 3);
const percentTick = (numbers: Numbers, value: number): string => `${numbers.plain(100 * value)}%`;

/** All of them are Nyströmformer; the paper's six steps are its own line. */
const middleKinds: Readonly<Record<Middle, string>> = {
  none: "method nystrom dotted",
  six: "method nystrom",
  twelve: "method nystrom faint",
  twenty: "method nystrom thin",
  pinv: "method nystrom wide",
  ridge: "method nystrom ridge",
};

/** Output error against the number of landmarks. */
export function errorView(props: ViewProps, sweep: Sweep): TemplateResult {
  const { t, numbers, width, caption } = props;
  const { errors, performer, uniform } = sweep;
  const [first, last] = [landmarkCounts[0], landmarkCounts.at(-1) ?? 1];
  const text = (x: number, y: number): string => t("point", { x: String(x), y: numbers.percent(y) });
  const over = (values: readonly number[]): [number, number][] =>
    landmarkCounts.map((m, i) => [m, values[i] ?? Number.NaN]);
  const lines: LogLine[] = [
    {
      kind: "method uniform",
      points: [
        [first, uniform],
        [last, uniform],
      ],
    },
    {
      kind: "method performer",
      points: over(performer.map(({ middle }) => middle)),
      band: performer.map(({ low, high }) => [low, high]),
    },
    { kind: "method best", points: over(errors.best).filter(([, error]) => error > bottom) },
    ...middleNames.map((name) => ({ kind: middleKinds[name], points: over(errors[name]), dots: text })),
  ];
  return html`${logPlane({
      kind: "errors",
      width,
      height: heightOf(width),
      x: [first, last],
      logX: true,
      y: [bottom, 1.25 * Math.max(1, ...performer.map(({ high }) => high))],
      xTicks: landmarkCounts,
      xLabel: t("landmarksAxis"),
      yLabel: t("outputError"),
      formatX: String,
      formatY: (value) => percentTick(numbers, value),
      summary: caption,
      lines,
    })}
    ${keys([
      ...middleNames.map((name) => [middleKinds[name], t(middleLabels[name])] as const),
      ["method best", t("bestLine")],
      ["method performer", t("performer", { seeds: seedCount })],
      ["method uniform", t("uniform")],
    ])}
    ${captionBelow(caption)}
    <p class="note">${t("bandNote")}</p>
    ${props.table ? sweepTable(t, numbers, sweep) : nothing}`;
}

/** Errors below are drawn at the edge. */
const bottom = 1e-4;

/** What the steps do to the inverse, and to the output. */
export function inverseView(props: ViewProps, inverse: Inverse, start: number): TemplateResult {
  const { t, numbers, half, caption } = props;
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
        width: half,
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
        draw: (x, y) => svg`<line class="limit" x1=${x(6)} x2=${x(6)} y1=${y(most)} y2=${y(least)}></line>`,
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
    </div>
    ${keys([
      ["dot method nystrom", t("fromKernel")],
      ["method theory", t("fromSpectrum", { start: numbers.plain(start) })],
      ["method nystrom wide", t("pinvLine")],
      ["method uniform", t("uniform")],
    ])}
    ${captionBelow(caption)} ${props.table ? inverseTable(t, numbers, inverse) : nothing}`;
}

/** Who notices that the last token has changed. */
export function leakView(props: ViewProps, leak: Leak): TemplateResult {
  const { t, numbers, width, caption } = props;
  const points = (values: readonly number[]): [number, number][] => values.map((value, i) => [i + 1, value]);
  const text = (x: number, y: number): string => t("point", { x: String(x), y: numbers.significant(y, 2) });
  return html`${logPlane({
      kind: "moves",
      width,
      height: heightOf(width),
      x: [1, tokenCount],
      y: [1e-5, 10],
      xTicks: [1, 8, 16, 24, 32, 40, 48, 56, 64],
      xLabel: t("positionAxis"),
      yLabel: t("moveAxis"),
      formatX: String,
      formatY: (value) => percentTick(numbers, value),
      summary: caption,
      lines: [
        { kind: "method exact", points: points(leak.causal) },
        { kind: "method nystrom", points: points(leak.masked), dots: text },
      ],
    })}
    ${keys([
      ["method nystrom", t("maskedLine")],
      ["method exact", t("causalLine")],
    ])}
    ${captionBelow(caption)}
    <p class="note refusal">${t("refused")} <code lang="en">${leak.refusal}</code></p>
    ${props.table ? leakTable(t, numbers, leak) : nothing}`;
}
