import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { cells } from "../../shared/charts/cells.js";
import { ColorMap } from "../../shared/charts/color-map.js";
import { logPlane } from "../../shared/charts/log-plane.js";
import { plane } from "../../shared/charts/plane.js";
import { keys } from "../../shared/controls.js";
import {
  angles,
  directions,
  dotAngles,
  dotLengths,
  lengths,
  trials,
  type EstimatorMap,
  type Slice,
} from "../estimators.js";
import { captionBelow, halfOf } from "../../shared/figure-parts.js";
import type { ViewProps } from "./parts.js";
import { sliceTable } from "./tables.js";
import { labeled } from "../../shared/text.js";

export interface EstimatorsViewProps extends ViewProps {
  readonly dark: boolean;
  /** The length in view; a click on the map chooses another. */
  readonly length: number;
  readonly onLength: (length: number) => void;
}

/** Powers of ten on each side of even. */
const decades = 4;
const degrees = (angle: number): number => (180 * angle) / Math.PI;

/** Which estimator is the better one, over all angles and lengths, and one length in detail. */
export function estimatorsView(props: EstimatorsViewProps, map: EstimatorMap, slice: Slice): TemplateResult {
  const { t, numbers, caption } = props;
  const width = halfOf(props.width);
  return html`<div class="pair">
      <figure>
        <figcaption>${t("mapTitle")}</figcaption>
        ${mapChart(props, map, slice)} ${ramp(props)}
      </figure>
      <figure>
        <figcaption>${t("sliceTitle", { length: numbers.plain(slice.length), directions })}</figcaption>
        ${sliceChart(props, slice, width)}
        ${keys([
          ["method performer", t("positiveLine")],
          ["method trigonometric", t("trigonometricLine")],
          ["dot", t("drawnDots", { trials })],
        ])}
      </figure>
    </div>
    <p class="note">${t("mapNote", { trials })}</p>
    ${captionBelow(caption, props.under)} ${props.table ? sliceTable(t, numbers, slice) : nothing}`;
}

function mapChart(props: EstimatorsViewProps, { ratios }: EstimatorMap, { drawnRatios }: Slice): TemplateResult {
  const { t, numbers, dark, length, onLength } = props;
  const width = halfOf(props.width);
  const height = 280;
  const choose = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    // The plot lies between 24 and 38 units of the picture's height: see plane.
    const share = (height * (1 - (event.clientY - box.top) / box.height) - 38) / (height - 62);
    onLength(Math.round(20 * Math.min(1, Math.max(0.1, share))) / 10);
  };
  const colorOf = (ratio: number): string => ColorMap.signed(dark).hex(place(ratio));
  return html`<div
    class="map"
    @pointerdown=${(event: PointerEvent) => {
      if (event.pointerType !== "touch") (event.currentTarget as Element).setPointerCapture(event.pointerId);
    }}
    @pointermove=${(event: PointerEvent) => {
      if (event.pointerType !== "touch" && event.buttons > 0) choose(event);
    }}
    @click=${choose}
  >
    ${plane({
      kind: "map",
      width,
      height,
      x: [0, 180],
      y: [0, 2],
      xTicks: [0, 45, 90, 135, 180],
      formatX: (angle) => t("degrees", { angle }),
      xLabel: t("angleAxis"),
      yLabel: t("lengthAxis"),
      format: (value) => numbers.plain(value),
      summary: labeled(numbers.language, t("mapTitle"), `${t("rampTrigonometric")} ${t("rampPositive")}`),
      name: t("mapTitle"),
      draw: (x, y) =>
        svg`${guard([ratios, dark, width], () =>
          cells({
            rows: lengths.length,
            columns: angles.length,
            share: (row, column) => place(ratios[lengths.length - 1 - row]?.[column] ?? Number.NaN),
            colors: ColorMap.signed(dark),
            left: x(0),
            top: y(2),
            width: x(180) - x(0),
            height: y(0) - y(2),
          }),
        )}
        ${drawnRatios.flatMap((ratios, row) =>
          Array.from(ratios, (ratio, i) =>
            // At the ends of the range one of the two has no error at all.
            Number.isFinite(ratio) && Math.abs(ratio) < decades
              ? svg`<circle class="drawn" cx=${x(degrees(dotAngles[i] ?? 0))} cy=${y(dotLengths[row] ?? 0)} r="5" fill=${colorOf(ratio)}></circle>`
              : "",
          ),
        )}
        <line class="limit" x1=${x(0)} x2=${x(180)} y1=${y(length)} y2=${y(length)}></line>`,
    })}
  </div>`;
}

const place = (ratio: number): number => 0.5 + Math.max(-1, Math.min(1, ratio / decades)) / 2;

/** What the colors mean. */
function ramp({ t, dark, ...props }: EstimatorsViewProps): TemplateResult {
  const width = halfOf(props.width);
  return html`<svg class="plane ramp" viewBox="0 0 ${width} 40" aria-hidden="true">
    ${cells({
      rows: 1,
      columns: 9,
      share: (_, column) => column / 8,
      colors: ColorMap.signed(dark),
      left: 44,
      top: 0,
      width: width - 56,
      height: 12,
    })}
    <text x="44" y="28">${t("rampTrigonometric")} ×10⁴</text>
    ${width < 400 ? "" : svg`<text x=${44 + (width - 56) / 2} y="28" text-anchor="middle">${t("rampEven")}</text>`}
    <text x=${width - 12} y="28" text-anchor="end">×10⁴ ${t("rampPositive")}</text>
  </svg>`;
}

function sliceChart({ t, numbers }: ViewProps, { length, theory, drawn }: Slice, width: number): TemplateResult {
  const kinds = { positive: "method performer", trigonometric: "method trigonometric" } as const;
  const names = ["positive", "trigonometric"] as const;
  const line = (turns: readonly number[], values: readonly number[]): [number, number][] =>
    turns.map((angle, i) => [degrees(angle), values[i] ?? Number.NaN]);
  return logPlane({
    kind: "slice",
    width,
    height: 280,
    x: [0, 180],
    y: [1e-3, Math.max(10, 10 ** Math.ceil(Math.log10(Math.max(...theory.positive, ...theory.trigonometric))))],
    xTicks: [0, 45, 90, 135, 180],
    xLabel: t("angleAxis"),
    yLabel: t("relativeError"),
    formatX: (angle) => t("degrees", { angle }),
    formatY: (value) => `${numbers.plain(100 * value)}%`,
    summary: t("sliceTitle", { length: numbers.plain(length), directions }),
    name: t("relativeError"),
    lines: names.flatMap((name) => [
      { kind: kinds[name], points: line(angles, theory[name]) },
      {
        kind: `${kinds[name]} bare`,
        points: line(dotAngles, drawn[name]).filter(([, value]) => value > 1e-3),
        dots: (x: number, y: number) =>
          t("point", { x: t("degrees", { angle: numbers.whole(x) }), y: numbers.percent(y) }),
      },
    ]),
  });
}
