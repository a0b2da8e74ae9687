import { noChange } from "lit";
import { Directive, directive, type ElementPart } from "lit/directive.js";
import { sameEntries } from "../same-entries.js";
import { ColorMap, tone } from "./color-map.js";
import type { Grid } from "./grid.js";

/** Canvas of one pixel per grid entry. Entries right of `visible(row)` columns stay clear. */
export function gridImage(
  grid: Grid,
  colors: ColorMap,
  most: number,
  visible: (row: number) => number = () => grid.columns,
): ImageData {
  const image = new ImageData(Math.max(1, grid.columns), Math.max(1, grid.rows));
  for (let r = 0; r < grid.rows; r++) {
    const end = Math.min(grid.columns, visible(r));
    for (let c = 0; c < end; c++) {
      const at = r * grid.columns + c;
      colors.paint(image.data, at, tone(grid.values[at] ?? Number.NaN, most));
    }
  }
  return image;
}

/** The grid as the address of a PNG, one pixel per entry, in light colors. */
export function gridAddress(grid: Grid, most: number, visible: (row: number) => number): string {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, grid.columns);
  canvas.height = Math.max(1, grid.rows);
  canvas.getContext("2d")?.putImageData(gridImage(grid, ColorMap.of(false), most, visible), 0, 0);
  return canvas.toDataURL("image/png");
}

/** Paints a small grid into the canvas it stands in, one pixel per entry: `<canvas ${paint(grid, dark, 1)}></canvas>`. */
class Paint extends Directive {
  private canvas: HTMLCanvasElement | undefined;
  private drawn: readonly unknown[] = [];

  override update(part: ElementPart, values: Parameters<Paint["render"]>): typeof noChange {
    this.canvas = part.element as HTMLCanvasElement;
    return this.render(...values);
  }

  override render(grid: Grid | undefined, dark: boolean, most: number): typeof noChange {
    const { canvas } = this;
    const drawn = [grid, dark, most];
    if (grid === undefined || canvas === undefined || sameEntries(drawn, this.drawn)) return noChange;
    this.drawn = drawn;
    canvas.width = Math.max(1, grid.columns);
    canvas.height = Math.max(1, grid.rows);
    canvas.getContext("2d")?.putImageData(gridImage(grid, ColorMap.of(dark), most), 0, 0);
    return noChange;
  }
}

export const paint = directive(Paint);
