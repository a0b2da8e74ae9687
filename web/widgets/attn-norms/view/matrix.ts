import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { follow } from "../../shared/charts/follow.js";
import type { Place } from "../batch.js";
import { blocks, type Block } from "../slices.js";

export interface MatrixProps {
  readonly values: ArrayLike<number>;
  /** A bar from the middle to the edge of a cell. */
  readonly full: number;
  readonly place: Place;
  readonly slices: readonly number[];
  readonly width: number;
  readonly title: string;
  /** Words at the left of each sample, and above the channels. */
  readonly sampleLabel: (sample: number) => string;
  readonly channelsLabel: string;
  readonly summary: string;
  /** A value as it stands in its cell; without, there is none. */
  readonly format?: (value: number) => string;
  readonly onChoose?: (index: number) => void;
  /** An entry was dragged by so much of a cell's width since it was taken hold of. */
  readonly onDrag?: (index: number, from: number, share: number) => void;
}

const gap = 6;

/**
 * Entries as bars from the middle of their cells: a row for each token, samples set apart, a column for each channel. Lines go
 * around what is normalized together, a strong one around the chosen entry's slice.
 */
export function matrix(props: MatrixProps): TemplateResult {
  const { values, full, place, slices, width, format, onChoose, onDrag } = props;
  const { samples, tokens, channels, index: chosen } = place;
  const small = format === undefined;
  const [left, top, row] = small ? [2, 2, 9] : [width < 350 ? 26 : 66, 40, 28];
  const cell = (width - left - 4) / channels;
  const x = (column: number): number => left + column * cell;
  const y = (line: number): number => top + line * row + Math.floor(line / tokens) * gap;
  const bottom = (line: number): number => y(line - 1) + row;
  const height = bottom(samples * tokens) + 4;
  const frames = blocks(slices, channels);
  const own = frames.get(slices[chosen] ?? -1);

  const bar = (index: number): SVGTemplateResult => {
    const value = values[index] ?? Number.NaN;
    const [column, line] = [index % channels, Math.floor(index / channels)];
    const share = Math.max(-1, Math.min(1, value / full)) || 0;
    const length = Math.abs(share) * (cell / 2 - 1);
    const middle = x(column) + cell / 2;
    return svg`<g>
      <rect class="cell" data-entry=${index} x=${x(column)} y=${y(line)} width=${cell} height=${row}></rect>
      <rect class="bar ${share < 0 ? "minus" : "plus"}" x=${share < 0 ? middle - length : middle} width=${length} y=${y(line) + (small ? 1 : 3)} height=${row - (small ? 2 : 6)}></rect>
      ${small ? nothing : svg`<text class="value" x=${middle} y=${y(line) + row / 2 + 1} text-anchor="middle" dominant-baseline="central">${format(value)}</text>`}
    </g>`;
  };

  const frame = ({ top: from, bottom: to, left: first, right }: Block, kind: string): SVGTemplateResult =>
    svg`<rect class=${kind} x=${x(first) + 1} y=${y(from) + 1} width=${(right - first) * cell - 2} height=${bottom(to) - y(from) - 2} rx="3"></rect>`;

  const press = (event: PointerEvent): void => {
    const target = (event.target as Element).closest<SVGElement>("[data-entry]");
    if (target === null || event.button !== 0) return;
    const index = Number(target.dataset.entry);
    onChoose?.(index);
    if (onDrag === undefined) return;
    const [from, { clientX }, { width: across }] = [values[index] ?? 0, event, target.getBoundingClientRect()];
    follow(event, (move) => {
      if (move.clientX !== clientX) onDrag(index, from, (move.clientX - clientX) / across);
    });
  };

  return html`<svg
    class="plane matrix ${onDrag === undefined ? "" : "draggable"} ${small ? "small" : ""}"
    role="img"
    aria-label=${props.summary}
    data-name=${props.title}
    viewBox="0 0 ${width} ${height}"
    @pointerdown=${onChoose === undefined ? nothing : press}
  >
    ${
      small
        ? nothing
        : svg`<text class="heading" x=${left} y="13">${props.title}</text>
          <text x=${left - 6} y="31" text-anchor="end">${left > 40 ? props.channelsLabel : ""}</text>
          ${Array.from({ length: channels }, (_, c) => svg`<text x=${x(c) + cell / 2} y="31" text-anchor="middle">${c + 1}</text>`)}
          ${Array.from({ length: samples }, (_, s) => svg`<text x=${left - 6} y=${y(s * tokens) + row / 2} text-anchor="end" dominant-baseline="central">${left > 40 ? props.sampleLabel(s + 1) : s + 1}</text>`)}`
    }
    ${Array.from({ length: channels }, (_, c) => svg`<line class="zero" x1=${x(c) + cell / 2} x2=${x(c) + cell / 2} y1=${top} y2=${height - 4}></line>`)}
    ${Array.from(values, (_, index) => bar(index))}
    ${frames.size === values.length ? nothing : Array.from(frames.values(), (block) => frame(block, "together"))}
    ${own === undefined ? nothing : frame(own, "slice")}
    ${small ? nothing : frame({ top: Math.floor(chosen / channels), bottom: Math.floor(chosen / channels) + 1, left: chosen % channels, right: (chosen % channels) + 1 }, "chosen")}
  </svg>`;
}
