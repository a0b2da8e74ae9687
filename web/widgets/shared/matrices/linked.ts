import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";

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

export interface LinkedPicture {
  readonly name: string;
  /** A CSS class of its own. */
  readonly kind?: string;
  /** What it is drawn from: it is drawn again when one of these is another. */
  readonly source: readonly unknown[];
  /** Draws it into a box of this size. */
  readonly draw: (width: number, height: number) => SVGTemplateResult;
}

export interface LinkedProps extends Omit<Pointing, "dark"> {
  /** CSS class of the group, which lays it out. */
  readonly kind: string;
  /** Name of the group and how to move in it, for screen readers. */
  readonly label: string;
  /** Entries that can be pointed at, however many of them a picture averages. */
  readonly rows: number;
  readonly columns: number;
  readonly pictures: readonly LinkedPicture[];
  /** Height over width of a picture; 1 by default. */
  readonly ratio?: number;
  /** What a click, or Enter, on an entry does beside pointing at it. */
  readonly onChoose?: (entry: Entry) => void;
  /** Words that belong to the pictures: in the place that they leave free in their last line, else below them. */
  readonly note?: string;
}

/** Width of a matrix in its own units. */
const width = 240;
const steps: Readonly<Record<string, Entry>> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** Matrices of one shape with one mark for all, on the row and the column pointed at: by pointer, by touch, by arrow keys. */
export function linked(props: LinkedProps): TemplateResult {
  const { kind, label, rows, columns, pictures, ratio = 1, pointed, onPoint, onChoose, note } = props;
  const height = ratio * width;
  const within = (index: number, size: number): number => Math.min(size - 1, Math.max(0, index));
  const entryAt = (event: MouseEvent): Entry | undefined => {
    const picture = event.target instanceof Element ? event.target.closest("svg.matrix") : null;
    if (picture === null) return undefined;
    const box = picture.getBoundingClientRect();
    return {
      row: within(Math.floor(((event.clientY - box.top) / box.height) * rows), rows),
      column: within(Math.floor(((event.clientX - box.left) / box.width) * columns), columns),
    };
  };
  return html`<div
    class="linked ${kind}"
    role="application"
    tabindex="0"
    aria-label=${label}
    aria-describedby=${note === undefined ? nothing : "linked-note"}
    @pointermove=${(event: PointerEvent) => {
      if (event.pointerType !== "touch") onPoint(entryAt(event));
    }}
    @pointerleave=${() => onPoint(undefined)}
    @click=${(event: PointerEvent) => {
      const entry = entryAt(event);
      onPoint(entry);
      if (entry !== undefined) onChoose?.(entry);
    }}
    @keydown=${(event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = steps[event.key];
      if (step !== undefined) {
        event.preventDefault();
        const from = pointed ?? { row: 0, column: 0 };
        onPoint({ row: within(from.row + step.row, rows), column: within(from.column + step.column, columns) });
      } else if (event.key === "Escape") onPoint(undefined);
      else if (event.key === "Enter" && pointed !== undefined) onChoose?.(pointed);
    }}
  >
    ${pictures.map(
      ({ name, kind: own = "", source, draw }) =>
        html`<figure>
          <figcaption>${name}</figcaption>
          <svg
            class="plane matrix ${own}"
            viewBox="0 0 ${width} ${height}"
            role="img"
            aria-label=${name}
            data-name=${name}
          >
            ${guard([...source], () => draw(width, height))} ${pointed === undefined ? nothing : mark(pointed)}
          </svg>
        </figure>`,
    )}
    ${note === undefined ? nothing : html`<p class="note readout" id="linked-note" aria-live="polite">${note}</p>`}
  </div>`;

  function mark({ row, column }: Entry): SVGTemplateResult {
    const [w, h] = [width / columns, height / rows];
    const [x, y] = [column * w, row * h];
    const lines = `M0 ${y}H${width}M0 ${y + h}H${width}M${x} 0V${height}M${x + w} 0V${height}`;
    return svg`<path class="halo" d=${lines}></path><path class="cross" d=${lines}></path>`;
  }
}
