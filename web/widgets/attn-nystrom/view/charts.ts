import { html, nothing, type TemplateResult } from "lit";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import { otherSource } from "../matrices.js";
import type { Leak } from "../leak.js";
import { tokenCount } from "../problem.js";
import { landmarkCounts, middleNames, seedCount, startCount, type Band, type Middle, type Sweep } from "../sweep.js";
import { captionBelow } from "../../shared/figure-parts.js";
import type { ViewProps } from "./parts.js";
import { sourceLabels } from "./controls.js";
import { leakTable, middleLabels, sweepTable } from "./tables.js";

const heightOf = (width: number): number => Math.min(400, 170 + width / 3);
export const percentTick = (numbers: Numbers, value: number): string => `${numbers.plain(100 * value)}%`;

/** All of them are Nyströmformer; the paper's six steps are its own line. */
const middleKinds: Readonly<Record<Middle, string>> = {
  none: "method nystrom dotted",
  six: "method nystrom",
  twelve: "method nystrom faint",
  twenty: "method nystrom thin",
  pinv: "method nystrom wide",
  ridge: "method nystrom ridge",
};

/** Six steps with the other landmarks. */
const rivalKind = "method rival";

/** Output error against the number of landmarks. */
export function errorView(props: ViewProps, sweep: Sweep): TemplateResult {
  const { t, numbers, width, caption } = props;
  const { from, errors, sources, performer, uniform } = sweep;
  const other = otherSource(from);
  const [first, last] = [landmarkCounts[0], landmarkCounts.at(-1) ?? 1];
  const text = (x: number, y: number): string => t("point", { x: String(x), y: numbers.percent(y) });
  const over = (values: readonly number[]): [number, number][] =>
    landmarkCounts.map((m, i) => [m, values[i] ?? Number.NaN]);
  const middle = (bands: readonly Band[]): [number, number][] => over(bands.map((band) => band.middle));
  const around = (bands: readonly Band[]): [number, number][] => bands.map(({ low, high }) => [low, high]);
  const lines: LogLine[] = [
    {
      kind: "method uniform",
      points: [
        [first, uniform],
        [last, uniform],
      ],
    },
    { kind: "method performer", points: middle(performer), band: around(performer) },
    { kind: "method best", points: over(errors.best).filter(([, error]) => error > bottom) },
    { kind: rivalKind, points: middle(sources[other]), band: around(sources[other]), dots: text },
    ...middleNames.map((name) => ({
      kind: middleKinds[name],
      points: over(errors[name]),
      dots: text,
      ...(name === "six" && from === "clusters" && { band: around(sources.clusters) }),
    })),
  ];
  return html`${logPlane({
      kind: "errors",
      width,
      height: heightOf(width),
      x: [first, last],
      logX: true,
      y: [
        bottom,
        1.25 * Math.min(top, Math.max(1, ...lines.flatMap(({ points }) => points.map(([, error]) => error)))),
      ],
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
      [rivalKind, t("sixFrom", { source: t(sourceLabels[other]) })],
      ["method best", t("bestLine")],
      ["method performer", t("performer", { seeds: seedCount })],
      ["method uniform", t("uniform")],
    ])}
    ${captionBelow(caption, props.under)}
    <p class="note">${t("bandNote")}</p>
    ${from === "clusters" ? html`<p class="note">${t("clustersNote", { starts: startCount })}</p>` : nothing}
    ${props.table ? sweepTable(t, numbers, sweep) : nothing}`;
}

/** Errors below and above are drawn at the edge. */
const [bottom, top] = [1e-4, 100] as const;

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
    ${captionBelow(caption, props.under)}
    <p class="note refusal">${t("refused")} <code lang="en">${leak.refusal}</code></p>
    ${props.table ? leakTable(t, numbers, leak) : nothing}`;
}
