import { html, svg, nothing, type TemplateResult } from "lit";
import { scaleLinear } from "d3-scale";

/** One line of a chart; `kind` names its CSS class, which gives color, width and dash together. */
export interface Series {
  readonly kind: string;
  readonly label: string;
  readonly values: Float64Array | readonly number[];
}

export interface LineChart {
  readonly width: number;
  readonly height: number;
  readonly series: readonly Series[];
  readonly xLabel: string;
  /** Name and content in words, for screen readers. */
  readonly summary: string;
  /** How many indices one value stands for, as their mean; 1 where nothing is averaged. */
  readonly step: number;
  /** Index to mark on every line. */
  readonly marked: number | undefined;
  readonly onPick: (index: number) => void;
  readonly onHover: (index: number | undefined) => void;
}

const margin = { top: 10, right: 10, bottom: 36, left: 22 };

/** Lines over the index 1..n, values upward from zero, axes with few ticks. The unit of the values belongs in the title. */
export function lineChart(chart: LineChart): TemplateResult {
  const { width, height, series, step, marked } = chart;
  const count = Math.max(0, ...series.map(({ values }) => values.length)) * step;
  const top = Math.max(1e-9, ...series.map(({ values }) => greatest(values)));
  const x = scaleLinear([1, Math.max(2, count)], [margin.left, width - margin.right]);
  const y = scaleLinear([0, top], [height - margin.bottom, margin.top]).nice(4);
  const path = (values: Series["values"]): string =>
    linePath(Array.from(values, (value, index) => [x((index + 0.5) * step + 0.5), y(value)] as const));
  const xTicks = [1, ...x.ticks(Math.max(2, width / 70)).filter((tick) => Number.isInteger(tick) && tick > 1)];
  const anchor = (tick: number): string => (x(tick) > width - 24 ? "end" : "middle");
  const indexAt = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * width;
    return Math.min(count - 1, Math.max(0, Math.round(x.invert(share)) - 1));
  };
  return html`<svg
    class="line-chart"
    role="img"
    aria-label=${chart.summary}
    viewBox="0 0 ${width} ${height}"
    @pointermove=${(event: PointerEvent) => {
      if (event.pointerType !== "touch") chart.onHover(indexAt(event));
    }}
    @pointerleave=${() => chart.onHover(undefined)}
    @click=${(event: PointerEvent) => chart.onPick(indexAt(event))}
  >
    <g class="axis">
      ${y.ticks(4).map(
        (tick) =>
          svg`<line class="grid" x1=${margin.left} x2=${width - margin.right} y1=${y(tick)} y2=${y(tick)}></line>
            <text x=${margin.left - 6} y=${y(tick)} text-anchor="end" dominant-baseline="central">${tick}</text>`,
      )}
      ${xTicks.map(
        (tick) => svg`<text x=${x(tick)} y=${height - margin.bottom + 14} text-anchor=${anchor(tick)}>${tick}</text>`,
      )}
      <text x=${(margin.left + width - margin.right) / 2} y=${height - 4} text-anchor="middle">${chart.xLabel}</text>
    </g>
    ${series.map(({ kind, values }) => svg`<path class="line ${kind}" d=${path(values)}></path>`)}
    ${
      marked === undefined
        ? nothing
        : svg`<line class="mark" x1=${x(marked + 1)} x2=${x(marked + 1)} y1=${margin.top} y2=${y(0)}></line>
          ${series.map(({ kind, values }) => {
            const value = values[Math.floor(marked / step)] ?? Number.NaN;
            return Number.isFinite(value)
              ? svg`<circle class="dot ${kind}" cx=${x(marked + 1)} cy=${y(value)} r="4"></circle>`
              : nothing;
          })}`
    }
  </svg>`;
}

/** Path through the points, broken where one is not finite. */
export function linePath(points: readonly (readonly [x: number, y: number])[]): string {
  let drawing = false;
  return points
    .map(([x, y]) => {
      const known = Number.isFinite(x) && Number.isFinite(y);
      const step = known ? `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}` : "";
      drawing = known;
      return step;
    })
    .join("");
}

function greatest(values: Series["values"]): number {
  let most = 0;
  for (const value of values) if (Number.isFinite(value) && value > most) most = value;
  return most;
}
