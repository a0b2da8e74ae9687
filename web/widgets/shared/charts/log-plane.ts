import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { scaleLinear, scaleLog } from "d3-scale";
import { linePath } from "./line-chart.js";

type Range = readonly [from: number, to: number];
type Place = (value: number) => number;

/** One line; its points in order of x. The classes of `kind` give color, width and dash. */
export interface LogLine {
  readonly kind: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Marks the points themselves, with this text for each. */
  readonly dots?: (x: number, y: number) => string;
  /** A band around it: from and to, for the same x. */
  readonly band?: readonly Range[];
}

/** A vertical axis that counts powers of ten, and a horizontal one that is even or logarithmic. */
export interface LogPlane {
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly x: Range;
  readonly logX?: boolean;
  /** What lies outside is drawn at the edge, and a tick there says so. */
  readonly y: Range;
  readonly xTicks: readonly number[];
  /** Where the grid ends, if not with the axis: beyond it there are words. */
  readonly gridEnd?: number;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly lines: readonly LogLine[];
  /** Name and content in words, for screen readers. */
  readonly summary: string;
  /** Its name in a file with several charts. */
  readonly name?: string;
  /** A press or a drag along the horizontal axis chooses a value of x; the same is to be had by keyboard elsewhere. */
  readonly onX?: (x: number) => void;
  /** What else there is to draw, behind the lines. */
  readonly draw?: (x: Place, y: Place) => SVGTemplateResult;
}

/** Lines, dots and bands over a logarithmic axis. */
export function logPlane(props: LogPlane): TemplateResult {
  const { width, height, lines, formatX, formatY } = props;
  const heights = lines.flatMap(({ points }) => points.map(([, height]) => height));
  const [least, most] = props.y;
  const [cutBelow, cutAbove] = [heights.some((height) => height < least), heights.some((height) => height > most)];
  // A tick that says so is one letter longer.
  const [left, right, top, bottom] = [cutBelow || cutAbove ? 66 : 58, 12, 24, 38];
  const x = props.logX
    ? scaleLog([...props.x], [left, width - right])
    : scaleLinear([...props.x], [left, width - right]);
  const scale = scaleLog([...props.y], [height - bottom, top]).clamp(true);
  const gridEnd = props.gridEnd === undefined ? width - right : x(props.gridEnd);
  const y = (value: number): number => (value > 0 ? scale(value) : value === 0 ? height - bottom : Number.NaN);
  const leading = (tick: number): number => Math.round(tick / 10 ** Math.floor(Math.log10(tick) + 1e-9));
  const decades = scale.ticks().filter((tick) => leading(tick) === 1);
  // Where a power of ten or two are in sight, those between them that are easy to read.
  const ticks = decades.length > 2 ? decades : scale.ticks().filter((tick) => [1, 2, 5].includes(leading(tick)));
  const named = (tick: number): string => {
    const below = cutBelow && tick <= least * 1.001;
    const above = cutAbove && tick >= most / 1.001;
    return `${below ? "≤" : above ? "≥" : ""}${formatY(tick)}`;
  };
  const every = Math.ceil((ticks.length * 26) / (height - top - bottom));
  const fits = Math.max(1, Math.ceil((props.xTicks.length * 42) / (width - left - right)));
  const anchor = (tick: number): string => (x(tick) > width - 24 ? "end" : "middle");
  const choose = (event: PointerEvent): void => {
    const picture = event.currentTarget as SVGSVGElement;
    const box = picture.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * width;
    props.onX?.(x.invert(Math.min(width - right, Math.max(left, place))));
  };
  const drag = props.onX === undefined ? undefined : choose;
  return html`<svg
    class="plane ${props.kind} ${drag === undefined ? "" : "draggable"}"
    role="img"
    aria-label=${props.summary}
    data-name=${props.name ?? ""}
    viewBox="0 0 ${width} ${height}"
    @pointerdown=${
      drag &&
      ((event: PointerEvent) => {
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        drag(event);
      })
    }
    @pointermove=${
      drag &&
      ((event: PointerEvent) => {
        if (event.buttons > 0) drag(event);
      })
    }
  >
    <g class="axis">
      ${ticks
        .filter((_, i) => i % every === 0)
        .map(
          (tick) =>
            svg`<line class="grid" x1=${left} x2=${gridEnd} y1=${y(tick)} y2=${y(tick)}></line>
            <text x=${left - 6} y=${y(tick)} text-anchor="end" dominant-baseline="central">${named(tick)}</text>`,
        )}
      ${props.xTicks
        .filter((_, i) => (props.xTicks.length - 1 - i) % fits === 0)
        .map(
          (tick) =>
            svg`<text x=${x(tick)} y=${height - bottom + 15} text-anchor=${anchor(tick)}>${formatX(tick)}</text>`,
        )}
      <text x=${(left + width - right) / 2} y=${height - 5} text-anchor="middle">${props.xLabel}</text>
      <text x="2" y="12">${props.yLabel}</text>
    </g>
    ${props.draw?.(x, y) ?? ""}
    ${lines.map(({ kind, points, band }) => (band ? svg`<path class="${kind} band" d=${bandPath(points, band)}></path>` : ""))}
    ${lines.map(({ kind, points }) => svg`<path class=${kind} d=${linePath(points.map(([a, b]) => [x(a), y(b)]))}></path>`)}
    ${lines.map(({ kind, points, dots }) =>
      dots === undefined
        ? ""
        : points
            .filter(([, b]) => Number.isFinite(y(b)))
            .map(
              ([a, b]) =>
                svg`<circle class="${kind} dot" cx=${x(a)} cy=${y(b)} r="3.5"><title>${dots(a, b)}</title></circle>`,
            ),
    )}
  </svg>`;

  function bandPath(points: LogLine["points"], band: readonly Range[]): string {
    const edge = (side: 0 | 1): [number, number][] => points.map(([a], i) => [x(a), y(band[i]?.[side] ?? Number.NaN)]);
    return `${linePath([...edge(0), ...edge(1).reverse()])}Z`;
  }
}
