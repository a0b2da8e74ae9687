import type { SvgFile } from "../shared/charts/heat-map-svg.js";
import { csv } from "../shared/csv.js";
import { escapeXml } from "../shared/escape-xml.js";
import type { CrossoverOf } from "./crossover.js";
import { fullShare, type Row } from "./rows.js";

/** The bars of one machine. */
export interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
  /** What one core can do, in words and figures, if that was measured. */
  readonly ceiling?: { readonly label: string; readonly figures: string } | undefined;
}

/** All figures; headings are English in every language: they are read by programs. */
export function figuresCsv(groups: readonly Group[]): string {
  const number = (value: number): string => String(Number(value.toPrecision(5)));
  return csv([
    ["machine", "contestant", "milliseconds", "GFLOP/s", "share of one core's ceiling"],
    ...groups.flatMap(({ title, rows }) =>
      rows.map((row) => [title, row.label, number(row.milliseconds), number(row.gflops), number(row.share)]),
    ),
  ]);
}

/** Ratios of every method at every length, machine by machine. */
export const crossoverCsv = (groups: readonly { title: string; methods: readonly CrossoverOf[] }[]): string =>
  csv([
    ["machine", "method", "tokens", "time over that of exact attention"],
    ...groups.flatMap(({ title, methods }) =>
      methods.flatMap(({ key, points }) => points.map(({ n, ratio }) => [title, key, n, Number(ratio.toPrecision(4))])),
    ),
  ]);

const [width, left, barWidth, line] = [760, 270, 300, 24] as const;
const fills: Readonly<Record<Row["kind"], string>> = { ours: "#b3400f", peer: "#6b7280", loops: "#b7bdc6" };

/**
 * The bars as a self-contained SVG on white, for a paper or a slide.
 *
 * @param figures the text beside a bar
 */
export function barsSvg(title: string, groups: readonly Group[], figures: (row: Row) => string): SvgFile {
  const text = (content: string, x: number, y: number, more = ""): string =>
    `<text x="${x}" y="${y}" font-size="12" fill="#333" ${more}>${escapeXml(content)}</text>`;
  const full = fullShare(groups.map(({ rows }) => rows));
  const parts: string[] = [];
  let y = 48;
  for (const group of groups) {
    y += line;
    parts.push(text(group.title, 16, y, 'font-weight="600"'));
    const bar = (label: string, share: number, fill: string, said: string): void => {
      y += line;
      const size = Math.max(1, Math.round((share / full) * barWidth));
      parts.push(
        text(label, left - 8, y, 'text-anchor="end"'),
        `<rect x="${left}" y="${y - 11}" width="${barWidth}" height="14" fill="#eef0f3"/>`,
        `<rect x="${left}" y="${y - 11}" width="${size}" height="14" fill="${fill}"/>`,
        text(said, left + barWidth + 8, y),
      );
    };
    for (const row of group.rows) bar(row.label, row.share, fills[row.kind], figures(row));
    if (group.ceiling) bar(group.ceiling.label, 1, fills.loops, group.ceiling.figures);
    y += line / 2;
  }
  const height = y + 16;
  return {
    width,
    height,
    text:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `font-family="system-ui, sans-serif"><rect width="${width}" height="${height}" fill="#fff"/>` +
      `<text x="16" y="28" font-size="16" font-weight="600" fill="#111">${escapeXml(title)}</text>\n${parts.join("\n")}</svg>\n`,
  };
}
