/**
 * The printed table: per case every contestant with its time, its rate, and two ratios, ours ÷ best peer (below 1 is
 * faster than the peer) and rate ÷ ceiling.
 *
 * @import { Case, PageReport, Result, Sizes } from "./types.js"
 */

/**
 * @param {string[]} heading  the first column is aligned to the left, the others to the right
 * @param {string[][]} body
 */
function table(heading, body) {
  const widths = heading.map((_, column) => Math.max(...[heading, ...body].map((row) => row[column]?.length ?? 0)));
  /** @param {string[]} row */
  const line = (row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return [line(heading), widths.map((width) => "-".repeat(width)).join("  "), ...body.map(line)].join("\n");
}

/**
 * @param {number | undefined} value
 * @param {number} digits
 */
const fixed = (value, digits) => value?.toFixed(digits) ?? "";

/**
 * The fastest peer of a case that gave a correct result.
 *
 * @param {Result[]} results
 * @returns {number | undefined} its milliseconds
 */
function bestPeer(results) {
  const times = results.filter(({ kind }) => kind === "peer").flatMap(({ milliseconds }) => milliseconds ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/**
 * Adds `toBestPeer` and `toCeiling` to the results of a case where they mean something.
 *
 * @param {Case} entry
 * @returns {Case}
 */
export function withRatios(entry) {
  const peer = bestPeer(entry.results);
  const results = entry.results.map((result) => {
    const { kind, variant, milliseconds, gflops } = result;
    if (milliseconds === undefined || gflops === undefined) return result;
    const ceiling = entry.ceilings.find((candidate) => candidate.variant === variant);
    return {
      ...result,
      ...(kind === "ours" && peer !== undefined ? { toBestPeer: milliseconds / peer } : {}),
      ...(ceiling ? { toCeiling: gflops / ceiling.gflops } : {}),
    };
  });
  return { ...entry, results };
}

/** @param {Case} entry */
function caseTable({ operation, label, results, ceilings }) {
  const heading = [`${operation} ${label}`, "ms", "GFLOP/s", "÷ best peer", "÷ ceiling", "largest error"];
  const rows = results.map((result) => [
    result.name,
    fixed(result.milliseconds, 2),
    fixed(result.gflops, 1),
    fixed(result.toBestPeer, 2),
    fixed(result.toCeiling, 2),
    result.failure?.slice(0, 60) ?? result.largestError?.toExponential(1) ?? "",
  ]);
  return table(heading, [...rows, ...ceilings.map(({ name, gflops }) => [name, "", fixed(gflops, 1)])]);
}

/** @param {PageReport} page  with ratios */
export function pageReport({ isolated, traffic, cases }) {
  const rates = traffic.map(({ name, gigabytesPerSecond }) => `${name} ${gigabytesPerSecond.toFixed(1)} GB/s`);
  const title = isolated ? "cross-origin isolated page" : "page without isolation";
  return [`== ${title}: ${rates.join(", ")}`, ...cases.map(caseTable)].join("\n\n");
}

/** @param {Sizes} sizes */
export function sizeReport(sizes) {
  const rows = Object.entries(sizes).map(([file, { bytes, brotli }]) => [file, String(bytes), String(brotli)]);
  return table(["file", "bytes", "brotli"], rows);
}
