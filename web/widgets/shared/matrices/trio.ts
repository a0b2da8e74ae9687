import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { cells } from "../charts/cells.js";
import { ColorMap, tone } from "../charts/color-map.js";
import type { Matrix } from "./softmax.js";

export interface Entry {
  readonly row: number;
  readonly column: number;
}

/** What is pointed at, and where news about it go. */
export interface Pointing {
  readonly dark: boolean;
  readonly pointed: Entry | undefined;
  readonly onPoint: (entry: Entry | undefined) => void;
}

export interface TrioProps extends Pointing {
  /** What the matrices belong to: they are drawn again when it is another. */
  readonly source: unknown;
  readonly label: string;
  /** The exact matrix, whose largest entry is the end of all scales, and what stands in for it. */
  readonly matrices: readonly [exact: Matrix, other: Matrix];
  /** Of these two and their difference. */
  readonly labels: readonly [exact: string, other: string, difference: string];
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Side of a matrix in its own units. */
const side = 240;
const steps: Readonly<Record<string, Entry>> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** The largest entry, without its sign. */
export const largest = ({ values }: Matrix): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** A matrix in colors up to `most`; with `signed`, those of an entry and of its negative are apart. */
export const coloredCells = (
  matrix: Matrix,
  most: number,
  signed: boolean,
  dark: boolean,
  place: Place,
): SVGTemplateResult =>
  cells({
    rows: matrix.rows,
    columns: matrix.columns,
    share: (row, column) => {
      const value = matrix.values[row * matrix.columns + column] ?? Number.NaN;
      return signed ? 0.5 + 0.5 * Math.sign(value) * tone(Math.abs(value), most) : tone(value, most);
    },
    colors: signed ? ColorMap.signed(dark) : ColorMap.of(dark),
    ...place,
  });

/** A square matrix, another in its place, and their difference, with one mark for all: by pointer or by arrow keys. */
export function trio(props: TrioProps): TemplateResult {
  const { source, label, labels, dark, pointed, onPoint } = props;
  const [exact, other] = props.matrices;
  const size = exact.rows;
  const most = largest(exact);
  const difference: Matrix = { ...exact, values: other.values.map((value, i) => value - (exact.values[i] ?? 0)) };
  const within = (index: number): number => Math.min(size - 1, Math.max(0, index));
  const picture = (matrix: Matrix, i: 0 | 1 | 2): TemplateResult =>
    html`<figure>
      <figcaption>${labels[i]}</figcaption>
      <svg class="plane matrix" viewBox="0 0 ${side} ${side}" role="img" aria-label=${labels[i]} data-name=${labels[i]}>
        ${guard([source, dark], () => coloredCells(matrix, most, i === 2, dark, { left: 0, top: 0, width: side, height: side }))}
        ${mark(pointed, size)}
      </svg>
    </figure>`;
  const entryAt = (event: MouseEvent): Entry | undefined => {
    const picture = event.target instanceof Element ? event.target.closest("svg.matrix") : null;
    if (picture === null) return undefined;
    const box = picture.getBoundingClientRect();
    const place = (share: number): number => within(Math.floor(share * size));
    return {
      row: place((event.clientY - box.top) / box.height),
      column: place((event.clientX - box.left) / box.width),
    };
  };
  return html`<div
    class="trio"
    role="application"
    tabindex="0"
    aria-label=${label}
    @pointermove=${(event: PointerEvent) => {
      if (event.pointerType !== "touch") onPoint(entryAt(event));
    }}
    @pointerleave=${() => onPoint(undefined)}
    @click=${(event: PointerEvent) => onPoint(entryAt(event))}
    @keydown=${(event: KeyboardEvent) => {
      const step = steps[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const from = pointed ?? { row: 0, column: 0 };
      onPoint({ row: within(from.row + step.row), column: within(from.column + step.column) });
    }}
  >
    ${picture(exact, 0)} ${picture(other, 1)} ${picture(difference, 2)}
  </div>`;
}

function mark(pointed: Entry | undefined, size: number): unknown {
  if (pointed === undefined) return nothing;
  const cell = side / size;
  const [x, y] = [pointed.column * cell, pointed.row * cell];
  return svg`<path class="cross" d="M0 ${y}H${side}M0 ${y + cell}H${side}M${x} 0V${side}M${x + cell} 0V${side}"></path>`;
}
