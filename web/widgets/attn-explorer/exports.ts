import { csv, shortest } from "../shared/csv.js";
import { visibleColumns } from "../shared/charts/grid.js";
import { gridAddress } from "../shared/charts/paint.js";
import { heatMapSvg, type SvgFile } from "../shared/charts/heat-map-svg.js";
import type { Analysis } from "./analysis.js";
import { tokenAt, visibleKeys, type AttentionData } from "./data/attention-data.js";
import type { ScaleName } from "./schema.js";

/**
 * The map as a table: one line per query with its entropies and, where the map was not averaged, its weights. Headings are
 * English in every language: they are read by programs.
 */
export function weightsCsv(data: AttentionData, analysis: Analysis, scale: ScaleName): string {
  const { grid, entropy, ceiling } = analysis;
  const whole = grid.blockRows === 1 && grid.blockColumns === 1;
  const columns = whole ? grid.columns : 0;
  const scales: readonly ScaleName[] = scale === "sqrt" ? ["sqrt"] : [scale, "sqrt"];
  const number = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? "" : String(Number(value.toPrecision(6)));
  const header = [
    "position",
    "query",
    ...scales.map((name) => `entropy (${name})`),
    "entropy (even)",
    ...Array.from({ length: columns }, (_, j) => `${j + 1} ${tokenAt(data.keyTokens, j)}`),
  ];
  const lines = Array.from({ length: data.nQ }, (_, i) => [
    String(i + 1),
    tokenAt(data.queryTokens, i),
    ...scales.map((name) => number(entropy[name][i])),
    number(ceiling[i]),
    ...Array.from({ length: columns }, (_, j) => shortest(grid.values[i * columns + j] ?? Number.NaN)),
  ]);
  return csv([header, ...lines]);
}

export interface PictureInput {
  readonly data: AttentionData;
  readonly analysis: Analysis;
  readonly most: number;
  readonly causal: boolean;
  readonly title: string;
  readonly subtitle: string;
}

/** More entries than this would make a vector file of many megabytes. */
const mostRectangles = 1 << 14;

/** The map as a vector file; a large one carries its entries as a picture. */
export function mapSvg({ data, analysis, most, causal, title, subtitle }: PictureInput): SvgFile {
  const { grid } = analysis;
  const visible = (row: number): number => visibleKeys(data.nQ, data.nK, causal, row);
  const large = grid.rows * grid.columns > mostRectangles;
  return heatMapSvg({
    grid,
    most,
    visible,
    rowLabels: data.queryTokens,
    columnLabels: data.keyTokens,
    title,
    subtitle,
    image: large ? gridAddress(grid, most, (row) => visibleColumns(grid, row, visible)) : undefined,
  });
}
