/**
 * The printed tables: per case every contestant with its time, its rate and its ratios; our losses in a list of their own.
 *
 * @import { Case, Ceiling, FirstCall, MemoryUse, PageReport, Result, Sizes, Traffic } from "./types.js"
 */
import { table } from "./table.mjs";

/**
 * @param {number | undefined} value
 * @param {number} digits
 */
const fixed = (value, digits) => value?.toFixed(digits) ?? "";

/** @param {number | undefined} milliseconds */
const time = (milliseconds) => fixed(milliseconds, milliseconds !== undefined && milliseconds < 1 ? 4 : 2);

/** @param {{ gflops?: number, gigabytesPerSecond?: number }} result */
const rate = ({ gflops, gigabytesPerSecond }) => fixed(gflops ?? gigabytesPerSecond, 1);

/** @param {Result} result  what is known of it beyond its figures */
function remark({ failure, way, beside, ratios, largestError }) {
  if (failure !== undefined) return failure.slice(0, 60);
  return [
    ...(way === undefined ? [] : [way]),
    ...(beside ? [`${fixed(ratios?.toBeside, 2)} x its ${beside.label} (${time(beside.milliseconds)})`] : []),
    ...(ratios?.speedUp === undefined ? [] : [`${fixed(ratios.speedUp, 2)} x one thread`]),
    `off by ${largestError?.toExponential(0)}`,
  ].join(", ");
}

/** @param {Case} entry */
function caseTable({ operation, label, disturbed, bytes, traffic, results, ceilings }) {
  const held = traffic ? /** @type {const} */ (["toTraffic", "toFloor"]) : /** @type {const} */ (["toCeiling"]);
  const heading = [
    `${operation} ${label}${disturbed ? " (disturbed)" : ""}`,
    "ms",
    traffic ? "GB/s" : "GFLOP/s",
    "÷ peer",
    "÷ best peer",
    "÷ loops",
    ...(traffic ? ["÷ memory", "÷ in cache"] : ["÷ ceiling"]),
    "",
  ];
  const rows = results.map((result) => {
    const { ratios = {} } = result;
    const keys = /** @type {const} */ (["toPeer", "toBestPeer", "toLoops", ...held]);
    const figures = keys.map((key) => fixed(ratios[key], 2));
    return [result.name, time(result.milliseconds), rate(result), ...figures, remark(result)];
  });
  return table(heading, [
    ...rows,
    ...(traffic && bytes ? [trafficRow(traffic, bytes)] : []),
    ...ceilings.map((ceiling) => [ceiling.name, time(ceiling.milliseconds), rate(ceiling)]),
  ]);
}

/**
 * @param {Traffic} traffic
 * @param {number} bytes
 */
function trafficRow({ kind, gigabytesPerSecond }, bytes) {
  const name = kind === "read" ? "these bytes read from memory" : "these bytes copied in memory";
  return [name, time(bytes / gigabytesPerSecond / 1e6), fixed(gigabytesPerSecond, 1)];
}

/**
 * Cases in which the best of our forms is slower than the best peer or the loops.
 *
 * @param {Case[]} cases  with ratios
 */
function losses(cases) {
  return cases.flatMap(({ operation, label, results }) => {
    /** @param {"toBestPeer" | "toLoops"} key */
    const best = (key) => Math.min(...results.map(({ ratios }) => ratios?.[key] ?? Infinity));
    return [
      { rival: "the best peer", ratio: best("toBestPeer") },
      { rival: "loops in JavaScript", ratio: best("toLoops") },
    ]
      .filter(({ ratio }) => ratio > 1 && Number.isFinite(ratio))
      .map(({ rival, ratio }) => `  ${operation} ${label}: ${ratio.toFixed(2)} x the time of ${rival}`);
  });
}

/** @param {PageReport} page  with ratios */
export function pageReport({ isolated, traffic, cases }) {
  const rates = traffic.map(({ name, gigabytesPerSecond }) => `${name} ${gigabytesPerSecond.toFixed(1)} GB/s`);
  const title = isolated ? "cross-origin isolated page" : "page without isolation";
  const lost = losses(cases);
  return [
    `== ${title}: memory beyond the caches, ${rates.join(", ")}`,
    ...cases.map(caseTable),
    ...(lost.length > 0 ? [["Where a peer or the loops are faster than every form of ours:", ...lost].join("\n")] : []),
  ].join("\n\n");
}

/** @param {MemoryUse[]} uses */
export const memoryReport = (uses) =>
  table(
    ["memory of attention beyond inputs and result", "MB", "packed keys and values of a head, MB", "the rest, MB"],
    uses.map(({ label, variant, bytes, packed }) => [
      `${label} (${variant})`,
      ...[bytes, packed, bytes - packed].map((count) => (count / 1e6).toFixed(2)),
    ]),
  );

/** @param {FirstCall[]} calls */
export const firstCallReport = (calls) =>
  calls
    .map(
      ({ variant, first, warm, ratio, pages }) =>
        `first call of attention 8 x 256 x 64 (${variant}): ${first.toFixed(2)} ms, warm ${warm.toFixed(2)} ms, ` +
        `ratio ${ratio.toFixed(2)}; medians of ${pages} new pages`,
    )
    .join("\n");

/** @param {Sizes} sizes */
export function sizeReport(sizes) {
  const rows = Object.entries(sizes).map(([file, { bytes, brotli }]) => [file, String(bytes), String(brotli)]);
  return table(["file", "bytes", "brotli"], rows);
}
