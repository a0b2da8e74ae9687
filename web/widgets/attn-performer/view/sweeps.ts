import { html, nothing, svg, type TemplateResult } from "lit";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import { joinSentences } from "../../shared/text.js";
import { nearest } from "../caption.js";
import { largestNorms, type Evaluation, type Range } from "../range.js";
import {
  comparedDraws,
  featureCounts,
  manyTimes,
  seedCount,
  sigmas,
  type Band,
  type FeatureSweep,
  type NormSweep,
} from "../sweeps.js";
import { drawLabels } from "./controls.js";
import { power } from "./matrices.js";
import { captionBelow } from "../../shared/figure-parts.js";
import type { ViewProps } from "./parts.js";
import { bandsTable, rangeTable } from "./tables.js";

const heightOf = (width: number): number => Math.min(400, 170 + width / 3);

const middle = (bands: readonly Band[]): [number, number][] => bands.map(({ x, middle }) => [x, middle]);
const around = (bands: readonly Band[]): [number, number][] => bands.map(({ low, high }) => [low, high]);

/** How the ways to draw look: all are Performer, one of them ours by default. */
const drawKinds = {
  independent: "method performer thin",
  orthogonal: "method performer",
  quantile: "method performer dotted",
} as const;

/** Output error against the number of directions. */
export function errorView(props: ViewProps, { bands, uniform, theory }: FeatureSweep): TemplateResult {
  const { t, numbers, width, caption } = props;
  const [first, last] = [featureCounts[0], featureCounts.at(-1) ?? 1];
  const text = (x: number, y: number): string => t("point", { x: String(x), y: numbers.percent(y) });
  const lines: LogLine[] = [
    {
      kind: "method uniform",
      points: [
        [first, uniform],
        [last, uniform],
      ],
    },
    { kind: "method theory", points: featureCounts.map((m) => [m, theory / Math.sqrt(m)]) },
    ...comparedDraws.map((draw) => ({
      kind: drawKinds[draw],
      points: middle(bands[draw]),
      dots: text,
      ...(draw !== "quantile" && { band: around(bands[draw]) }),
    })),
  ];
  return html`${logPlane({
      kind: "errors",
      width,
      height: heightOf(width),
      x: [first, last],
      logX: true,
      y: rangeOf(lines.flatMap(({ points, band = [] }) => [...points, ...band].flatMap(([, y]) => y))),
      xTicks: featureCounts,
      xLabel: t("featuresAxis"),
      yLabel: t("outputError"),
      formatX: String,
      formatY: (value) => percentTick(numbers, value),
      summary: caption,
      lines,
    })}
    ${keys([
      ...comparedDraws.map((draw) => [drawKinds[draw], t(drawLabels[draw])] as const),
      ["method theory", t("theory")],
      ["method uniform", t("uniform")],
    ])}
    ${captionBelow(caption, props.under)}
    <p class="note">${t("bandNote", { seeds: seedCount })}</p>
    ${
      props.table
        ? bandsTable(
            t,
            numbers,
            t("features"),
            comparedDraws.map((draw) => [t(drawLabels[draw]), bands[draw]]),
          )
        : nothing
    }`;
}

/** A little more than what there is to show. */
function rangeOf(values: readonly number[]): readonly [least: number, most: number] {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  return [Math.min(...known) / 1.25, Math.max(...known) * 1.25];
}

/** 0.01%, as an axis needs it. */
const percentTick = (numbers: Numbers, value: number): string => `${numbers.plain(100 * value)}%`;

/** Output error against the size of q and k. */
export function normsView(
  props: ViewProps,
  sweep: NormSweep,
  features: number,
  sigma: number,
  onSigma: (sigma: number) => void,
): TemplateResult {
  const { t, numbers, width, caption } = props;
  const chosen = sigmas[nearest(sweep, sigma)] ?? 1;
  const text = (x: number, y: number): string => t("point", { x: `σ = ${numbers.plain(x)}`, y: numbers.percent(y) });
  const [bottom, top] = rangeOf([
    ...[...sweep.few, ...sweep.many].flatMap(({ low, high }) => [low, high]),
    ...sweep.uniform.map(([, error]) => error),
  ]);
  return html`${logPlane({
      kind: "errors",
      width,
      height: heightOf(width),
      x: [0, 1.55],
      y: [bottom, top],
      xTicks: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5],
      xLabel: t("sigmaAxis"),
      yLabel: t("outputError"),
      formatX: (value) => numbers.plain(value),
      formatY: (value) => percentTick(numbers, value),
      summary: caption,
      onX: (x) => onSigma(Math.min(1.5, Math.max(0.1, Math.round(20 * x) / 20))),
      draw: (x, y) => svg`<line class="limit" x1=${x(chosen)} x2=${x(chosen)} y1=${y(top)} y2=${y(bottom)}></line>`,
      lines: [
        { kind: "method uniform", points: sweep.uniform },
        { kind: "method theory", points: sweep.theory.filter(([, error]) => error <= top) },
        { kind: "method performer thin", points: middle(sweep.many), band: around(sweep.many), dots: text },
        { kind: "method performer", points: middle(sweep.few), band: around(sweep.few), dots: text },
      ],
    })}
    ${keys([
      ["method performer", t("performerOf", { features })],
      ["method performer thin", t("performerOf", { features: manyTimes * features })],
      ["method theory", t("theoryFew", { features })],
      ["method uniform", t("uniform")],
    ])}
    ${captionBelow(caption, props.under)}
    <p class="note">${joinSentences(numbers.language, [t("bandNote", { seeds: seedCount }), t("normsNote")])}</p>
    ${
      props.table
        ? bandsTable(t, numbers, "σ", [
            [t("performerOf", { features }), sweep.few],
            [t("performerOf", { features: manyTimes * features }), sweep.many],
            [t("theoryFew", { features }), single(sweep.theory)],
            [t("uniform"), single(sweep.uniform)],
          ])
        : nothing
    }`;
}

/** A line as bands without width. */
const single = (points: NormSweep["uniform"]): Band[] =>
  points.map(([x, value]) => ({ x, low: value, middle: value, high: value }));

const evaluationKinds: Readonly<Record<Evaluation, string>> = {
  safe: "method performer",
  plain: "method exact",
  eps4: "method performer thin",
  eps6: "method performer dotted",
};

/** One estimate, evaluated in four ways. */
export function rangeView(props: ViewProps, range: Range): TemplateResult {
  const { t, numbers, width, caption } = props;
  const names: readonly Evaluation[] = ["safe", "plain", "eps4", "eps6"];
  const [first, last] = [largestNorms[0], largestNorms.at(-1) ?? 1];
  const lost = largestNorms[range.errors.plain.findIndex(Number.isNaN)];
  return html`${logPlane({
    kind: "errors",
    width,
    height: heightOf(width),
    x: [first, last],
    logX: true,
    y: [1e-8, 10],
    xTicks: [2, 8, 32, 128, 400, 2000],
    xLabel: t("normAxis"),
    yLabel: t("outputError"),
    formatX: String,
    formatY: power,
    summary: caption,
    ...(lost !== undefined && {
      draw: (x, y) =>
        svg`<line class="limit lost" x1=${x(lost)} x2=${x(lost)} y1=${y(10)} y2=${y(1e-8)}></line>
          <text class="lost" x=${x(lost) + (width < 560 ? -5 : 5)} y=${y(2e-4)} text-anchor=${width < 560 ? "end" : "start"}>${t("nan")}</text>`,
    }),
    lines: [
      { kind: "method uniform", points: largestNorms.map((x, i) => [x, range.uniform[i] ?? NaN]) },
      ...names.map((name) => ({
        kind: evaluationKinds[name],
        points: largestNorms.map((x, i) => [x, range.errors[name][i] ?? NaN] as const),
        dots: (x: number, y: number) => t("point", { x: String(x), y: numbers.significant(y, 2) }),
      })),
    ],
  })}
  ${keys([...names.map((name) => [evaluationKinds[name], t(name)] as const), ["method uniform", t("uniform")]])}
  ${captionBelow(caption, props.under)} ${props.table ? rangeTable(t, numbers, range) : nothing}`;
}
