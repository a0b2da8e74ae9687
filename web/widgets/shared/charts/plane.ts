import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { scaleLinear, type ScaleLinear } from "d3-scale";

type Range = readonly [from: number, to: number];

/** Two linear axes and what is drawn between them. */
export interface Plane {
  /** CSS class of the picture. */
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly x: Range;
  readonly y: Range;
  /** Name of the horizontal axis; without one it has no labels either. */
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Where the horizontal axis is labeled, and how; evenly with `format` by default. */
  readonly xTicks?: readonly number[];
  readonly formatX?: (value: number) => string;
  readonly format: (value: number) => string;
  /** Name and content in words, for screen readers. */
  readonly summary: string;
  /** Its name in a file with several charts. */
  readonly name?: string;
  draw(x: ScaleLinear<number, number>, y: ScaleLinear<number, number>): SVGTemplateResult;
}

/** A picture over two linear axes with few ticks, named at their ends. */
export function plane(props: Plane): TemplateResult {
  const { width, height, xLabel, yLabel, format, formatX = format } = props;
  const [left, right, top, bottom] = [44, 12, yLabel === undefined ? 10 : 24, xLabel === undefined ? 10 : 38];
  const x = scaleLinear([...props.x], [left, width - right]);
  const y = scaleLinear([...props.y], [height - bottom, top]);
  const xTicks = xLabel === undefined ? [] : (props.xTicks ?? x.ticks(Math.max(2, Math.min(8, width / 90))));
  const anchor = (tick: number): string => (x(tick) > width - 30 ? "end" : "middle");
  return html`<svg
    class="plane ${props.kind}"
    role="img"
    aria-label=${props.summary}
    data-name=${props.name ?? ""}
    viewBox="0 0 ${width} ${height}"
  >
    <g class="axis">
      ${y.ticks(Math.max(2, Math.min(5, height / 45))).map(
        (tick) =>
          svg`<line class="grid" x1=${left} x2=${width - right} y1=${y(tick)} y2=${y(tick)}></line>
            <text x=${left - 6} y=${y(tick)} text-anchor="end" dominant-baseline="central">${format(tick)}</text>`,
      )}
      ${xTicks.map((tick) => svg`<text x=${x(tick)} y=${height - bottom + 15} text-anchor=${anchor(tick)}>${formatX(tick)}</text>`)}
      <text x=${(left + width - right) / 2} y=${height - 5} text-anchor="middle">${xLabel ?? ""}</text>
      <text x="2" y="12">${yLabel ?? ""}</text>
    </g>
    ${props.draw(x, y)}
  </svg>`;
}
