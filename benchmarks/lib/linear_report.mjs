/**
 * The printed lines about attention of linear cost.
 *
 * @import { LinearMethod, LinearSection } from "./types.js"
 */
import { linearDisturbances } from "./linear_section.mjs";
import { table } from "./table.mjs";

/** @param {number} value */
const percent = (value) => `${(100 * value).toFixed(0)} %`;

/** @param {number} value  of a few digits */
const scientific = (value) => value.toExponential(0);

/** @param {LinearSection} section */
function lengthTable({ d, ceiling, disturbed, methods }) {
  const heading = [
    `one head of ${d}${disturbed ? " (disturbed)" : ""}`,
    "n",
    "ms",
    "GFLOP/s",
    "÷ ceiling",
    "residents, ms",
    "÷ ceiling",
    "÷ half",
    "off by",
  ];
  const rows = methods.flatMap(({ label, lengths }) =>
    lengths.map(({ n, milliseconds, gflops, toCeiling, residents, toHalf, largestError }) => [
      label,
      String(n),
      milliseconds.toFixed(2),
      gflops.toFixed(1),
      percent(toCeiling),
      residents?.milliseconds.toFixed(2) ?? "",
      residents ? percent(residents.toCeiling) : "",
      toHalf?.toFixed(2) ?? "",
      scientific(largestError),
    ]),
  );
  const limit = [ceiling.name, "", ceiling.milliseconds.toFixed(2), (ceiling.gflops ?? NaN).toFixed(1)];
  return table(heading, [...rows, limit]);
}

/** @param {LinearMethod} method */
const causalLines = ({ label, besideFull }) =>
  besideFull.map(({ n, toFull }) => `${label}: causal takes ${toFull.toFixed(2)} times as long as full, ${n} tokens`);

/** @param {LinearMethod} method */
function meeting({ crossover }) {
  if (typeof crossover === "number") return `n = ${crossover}`;
  return crossover ?? "not measured";
}

/** @param {LinearSection} section */
function exactTable({ methods, besideCeilings }) {
  const lengths = besideCeilings.map(({ n }) => n);
  const disturbed = new Set(methods.flatMap(({ toExact }) => toExact.flatMap((at) => (at.disturbed ? [at.n] : []))));
  const heading = [
    "time over that of exact attention, n =",
    ...lengths.map((n) => `${n}${disturbed.has(n) ? " (disturbed)" : ""}`),
    "they meet at",
  ];
  const rows = methods.map((method) => [
    method.label,
    ...lengths.map((n) => method.toExact.find((at) => at.n === n)?.ratio.toFixed(2) ?? "–"),
    meeting(method),
  ]);
  return table(heading, rows);
}

/** @param {LinearSection} section */
function memoryTable({ memory }) {
  const heading = ["8 heads of 65,536 tokens, one call", "s", "MB of WebAssembly memory", "off by"];
  return table(
    heading,
    memory.map(({ label, seconds, bytes, largestError }) => [
      label,
      seconds.toFixed(1),
      (bytes / 1e6).toFixed(0),
      scientific(largestError),
    ]),
  );
}

/** @param {LinearSection} section */
export function linearReport(section) {
  const { methods, stability, decoder } = section;
  const disturbances = linearDisturbances(section);
  const failures = methods.flatMap(({ label, failures: found = [] }) => found.map((failure) => `${label}, ${failure}`));
  return [
    `== attention of linear cost (${section.variant}, one thread)`,
    lengthTable(section),
    methods.flatMap(causalLines).join("\n"),
    exactTable(section),
    memoryTable(section),
    [
      ...stability.map(
        ({ norm, largestError }) =>
          `performer, scaled |x|^2 = ${norm}: at most ${largestError.toExponential(1)} from double`,
      ),
      `linear decoder, ${decoder.tokens} tokens one by one: ${decoder.microseconds.toFixed(1)} us each, ` +
        `${decoder.grownBytes} bytes more memory, off by ${scientific(decoder.largestError)}`,
    ].join("\n"),
    ...(failures.length > 0 ? [["Wrong or failed, and not timed:", ...failures].join("\n  ")] : []),
    ...(disturbances.length > 0 ? [disturbances.join("\n")] : []),
  ].join("\n\n");
}
