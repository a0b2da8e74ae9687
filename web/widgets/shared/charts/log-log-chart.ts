import { html, svg, type TemplateResult } from "lit";
import { scaleLog } from "d3-scale";
import { linePath } from "./line-chart.js";

/** One line: points in order of x, both coordinates positive. `kind` names its CSS class. */
export interface LogSeries {
  readonly kind: string;
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** false for a line that only guides the eye. */
  readonly dots?: boolean;
}

export interface LogLogChart {
  readonly width: number;
  readonly height: number;
  readonly series: readonly LogSeries[];
  /** Range of x, also while there are no points yet. */
  readonly domain: readonly [least: number, most: number];
  /** Range of y to start from; it grows with the points. */
  readonly range: readonly [least: number, most: number];
  readonly xTicks: readonly number[];
  readonly xLabel: string;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly summary: string;
}

const margin = { top: 14, right: 16, bottom: 38, left: 58 };

/** Lines over two logarithmic axes, each labeled at its end. */
export function logLogChart(chart: LogLogChart): TemplateResult {
  const { width, height, series, domain } = chart;
  const heights = [...chart.range, ...series.flatMap(({ points }) => points.map(([, y]) => y))].filter((y) => y > 0);
  const x = scaleLog([...domain], [margin.left, width - margin.right]);
  const y = scaleLog([Math.min(...heights), Math.max(...heights)], [height - margin.bottom, margin.top]).nice();
  const decades = y.ticks().filter((tick) => Number.isInteger(Math.log10(tick)));
  const fits = Math.max(1, Math.ceil((chart.xTicks.length * 44) / (width - margin.left - margin.right)));
  return html`<svg class="log-chart" role="img" aria-label=${chart.summary} viewBox="0 0 ${width} ${height}">
    <g class="axis">
      ${decades.map(
        (tick) =>
          svg`<line class="grid" x1=${margin.left} x2=${width - margin.right} y1=${y(tick)} y2=${y(tick)}></line>
            <text x=${margin.left - 6} y=${y(tick)} text-anchor="end" dominant-baseline="central">${chart.formatY(tick)}</text>`,
      )}
      ${chart.xTicks
        .filter((_, i) => (chart.xTicks.length - 1 - i) % fits === 0)
        .map(
          (tick) =>
            svg`<text x=${x(tick)} y=${height - margin.bottom + 15} text-anchor="middle">${chart.formatX(tick)}</text>`,
        )}
      <text x=${(margin.left + width - margin.right) / 2} y=${height - 5} text-anchor="middle">${chart.xLabel}</text>
    </g>
    ${series.map(({ kind, points }) => svg`<path class="line ${kind}" d=${linePath(points.map(([n, ms]) => [x(n), y(ms)]))}></path>`)}
    ${series
      .filter(({ dots = true }) => dots)
      .flatMap(({ kind, label, points }) =>
        points
          .filter(([, ms]) => ms > 0)
          .map(
            ([n, ms]) =>
              svg`<circle class="dot ${kind}" cx=${x(n)} cy=${y(ms)} r="4"><title>${label}, ${chart.formatX(n)}: ${chart.formatY(ms)}</title></circle>`,
          ),
      )}
  </svg>`;
}
