import { svg, type SVGTemplateResult } from "lit";
import type { ColorMap } from "./color-map.js";

/** Colors told apart. */
const levels = 40;

export interface Cells {
  readonly rows: number;
  readonly columns: number;
  /** Place of an entry on the color map, 0 to 1; NaN for none. */
  readonly share: (row: number, column: number) => number;
  readonly colors: ColorMap;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A grid of colored cells as shapes, one path for each color: a few dozen elements however many cells there are. */
export function cells({ rows, columns, share, colors, left, top, width, height }: Cells): SVGTemplateResult {
  const [w, h] = [width / columns, height / rows];
  const paths = Array.from({ length: levels + 2 }, (): string[] => []);
  const levelAt = (row: number, column: number): number => {
    const value = share(row, column);
    return Number.isNaN(value) ? levels + 1 : Math.round(Math.min(1, Math.max(0, value)) * levels);
  };
  for (let row = 0; row < rows; row++) {
    const y = round(top + row * h);
    for (let column = 0, next = 0; column < columns; column = next) {
      const level = levelAt(row, column);
      for (next = column + 1; next < columns && levelAt(row, next) === level;) next++;
      const x = round(left + column * w);
      paths[level]?.push(`M${x} ${y}h${round((next - column) * w)}v${round(h)}H${x}z`);
    }
  }
  return svg`<g class="cells" shape-rendering="crispEdges">${paths.map((path, level) =>
    path.length === 0
      ? ""
      : svg`<path fill=${colors.hex(level > levels ? Number.NaN : level / levels)} stroke="none" d=${path.join("")}></path>`,
  )}</g>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
