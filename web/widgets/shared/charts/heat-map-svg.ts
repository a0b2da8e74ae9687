import { escapeXml } from "../escape-xml.js";
import { ColorMap, tone } from "./color-map.js";
import { visibleColumns, type Grid } from "./grid.js";

export interface HeatMapSvgContent {
  readonly grid: Grid;
  readonly most: number;
  readonly visible: (row: number) => number;
  readonly rowLabels: readonly string[] | undefined;
  readonly columnLabels: readonly string[] | undefined;
  readonly title: string;
  readonly subtitle: string;
  /** Address of a picture of the grid, one pixel per entry; used where rectangles would be too many. */
  readonly image?: string | undefined;
}

export interface SvgFile {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/**
 * The heat map as a self-contained SVG on white, for a paper or a slide: rectangles (runs of one color joined), labels
 * where there are at most 80 of them. No style attributes, so that it may itself stand in a page with a strict policy.
 */
export function heatMapSvg(content: HeatMapSvgContent): SvgFile {
  const { grid, most } = content;
  const colors = ColorMap.of(false);
  const cell = Math.max(1, Math.min(18, 720 / Math.max(grid.rows, grid.columns, 1)));
  const labeled = grid.blockRows === 1 && Math.max(grid.rows, grid.columns) <= 80;
  const left = labeled ? 92 : 16;
  const top = labeled ? 138 : 64;
  const width = Math.max(360, Math.ceil(left + grid.columns * cell + 16));
  const height = Math.ceil(top + grid.rows * cell + 16);
  const parts: string[] = [];
  if (content.image !== undefined) {
    const box = `x="${left}" y="${top}" width="${round(grid.columns * cell)}" height="${round(grid.rows * cell)}"`;
    parts.push(`<image ${box} preserveAspectRatio="none" image-rendering="pixelated" href="${content.image}"/>`);
  }
  for (let r = 0; r < grid.rows && content.image === undefined; r++) {
    const end = visibleColumns(grid, r, content.visible);
    const color = (c: number): string => colors.hex(tone(grid.values[r * grid.columns + c] ?? Number.NaN, most));
    for (let c = 0, next = 0; c < end; c = next) {
      const fill = color(c);
      for (next = c + 1; next < end && color(next) === fill;) next++;
      const box = `x="${round(left + c * cell)}" y="${round(top + r * cell)}"`;
      parts.push(`<rect ${box} width="${round((next - c) * cell)}" height="${round(cell)}" fill="${fill}"/>`);
    }
  }
  const label = (text: string, x: number, y: number, more: string): string =>
    `<text x="${round(x)}" y="${round(y)}" font-size="12" fill="#444" ${more}>${escapeXml(text)}</text>`;
  if (labeled) {
    content.rowLabels?.forEach((text, r) => {
      parts.push(label(text, left - 6, top + (r + 0.5) * cell, 'text-anchor="end" dominant-baseline="central"'));
    });
    content.columnLabels?.forEach((text, c) => {
      const x = left + (c + 0.5) * cell;
      parts.push(label(text, x, top - 6, `dominant-baseline="central" transform="rotate(-90 ${round(x)} ${top - 6})"`));
    });
  }
  const body = [
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="600" fill="#111">${escapeXml(content.title)}</text>`,
    label(content.subtitle, 16, 46, ""),
    ...parts,
  ];
  return {
    width,
    height,
    text:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `font-family="system-ui, sans-serif" shape-rendering="crispEdges">${body.join("\n")}</svg>\n`,
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
