/**
 * What follows from the times of attention of linear cost: rates, shares, ratios and where they meet exact attention.
 *
 * @import { Ceiling, LinearBeside, LinearLength, LinearMethod, LinearSection, Times } from "./types.js"
 */
import { METHODS, crossoverOf } from "../page/linear/names.js";
import { QUIET_SPREAD } from "./ratios.mjs";

/**
 * @typedef {Partial<Times> & { key: string, n: number, causal: boolean, residents?: boolean, flops?: number, largestError?: number, failure?: string }} Entry
 *   one contestant as page/linear/main.js reports it
 *
 * @typedef {object} Parts
 * @property {{ d: number, features: number, variant: "relaxed" | "simd" }} settings
 * @property {{ ceiling: Ceiling, entries: Entry[] }} long
 * @property {{ n: number, ceiling: Ceiling, entries: Entry[] }[]} beside
 * @property {(Omit<LinearSection["memory"][number], "label">)[]} memory
 * @property {Pick<LinearSection, "stability" | "decoder">} endurance
 */

/** @param {Ceiling} ceiling */
const isDisturbed = ({ spread }) => spread > QUIET_SPREAD;

/**
 * A measured entry with its rate; undefined where it failed.
 *
 * @param {Entry} entry
 * @param {Parts["long"]} long
 * @returns {LinearLength | undefined}
 */
function lengthOf({ key, n, causal, flops = 0, milliseconds, spread, largestError }, { ceiling, entries }) {
  if (milliseconds === undefined) return undefined;
  const same = entries.filter((one) => one.key === key && one.causal === causal);
  const half = same.find((one) => !one.residents && one.n === n / 2)?.milliseconds;
  const resident = same.find((one) => one.residents && one.n === n)?.milliseconds;
  const gflops = flops / milliseconds / 1e6;
  const shareOf = (/** @type {number} */ time) => flops / time / 1e6 / (ceiling.gflops ?? NaN);
  return {
    n,
    milliseconds,
    spread: spread ?? NaN,
    gflops,
    toCeiling: shareOf(milliseconds),
    ...(resident === undefined ? {} : { residents: { milliseconds: resident, toCeiling: shareOf(resident) } }),
    ...(half === undefined ? {} : { toHalf: milliseconds / half }),
    largestError: largestError ?? NaN,
  };
}

/**
 * @param {(typeof METHODS)[number]} method
 * @param {Parts["beside"]} beside
 * @returns {LinearBeside[]}
 */
const besideOf = ({ key, causal }, beside) =>
  beside.flatMap(({ n, ceiling, entries }) => {
    const own = entries.find((one) => one.key === key);
    const exact = entries.find((one) => one.key === "exact" && one.causal === causal);
    if (own?.milliseconds === undefined || exact?.milliseconds === undefined) return [];
    const { milliseconds, largestError = NaN } = own;
    const ratio = milliseconds / exact.milliseconds;
    return [
      { n, milliseconds, exactMilliseconds: exact.milliseconds, ratio, largestError, disturbed: isDisturbed(ceiling) },
    ];
  });

/**
 * @param {(typeof METHODS)[number]} method
 * @param {Parts} parts
 * @returns {LinearMethod}
 */
function methodOf(method, { long, beside }) {
  const { key, kind, label, causal, twin } = method;
  const own = long.entries.filter((one) => one.key === key && !one.residents);
  const lengths = own.filter((one) => one.causal === causal).flatMap((entry) => lengthOf(entry, long) ?? []);
  const masked = twin === undefined ? own.find((one) => one.causal !== causal) : undefined;
  const twins = long.entries.filter((one) => one.key === twin && !one.residents);
  const besideFull = (masked ? [masked] : twins).flatMap(({ n, milliseconds, largestError = NaN }) => {
    const full = lengths.find((one) => one.n === n);
    if (milliseconds === undefined || full === undefined) return [];
    return [{ n, milliseconds, toFull: milliseconds / full.milliseconds, largestError }];
  });
  const failures = [...own, ...beside.flatMap(({ entries }) => entries.filter((one) => one.key === key))].flatMap(
    ({ n, failure }) => (failure === undefined ? [] : [`${n} tokens: ${failure}`]),
  );
  const toExact = besideOf(method, beside);
  return {
    key,
    kind,
    label,
    causal,
    lengths,
    besideFull,
    toExact,
    ...(toExact.length === 0 ? {} : { crossover: crossoverOf(toExact) }),
    ...(failures.length === 0 ? {} : { failures }),
  };
}

/**
 * @param {Parts} parts
 * @returns {LinearSection}
 */
export function linearSection(parts) {
  const { settings, long, beside, memory, endurance } = parts;
  const labels = new Map(METHODS.map(({ key, label }) => [key, label]));
  return {
    ...settings,
    ceiling: long.ceiling,
    disturbed: isDisturbed(long.ceiling),
    besideCeilings: beside.map(({ n, ceiling: { gflops = NaN, spread } }) => ({ n, gflops, spread })),
    methods: METHODS.map((method) => methodOf(method, parts)),
    memory: memory.map((entry) => ({ label: labels.get(entry.key) ?? entry.key, ...entry })),
    ...endurance,
  };
}

/**
 * Why its figures should be taken with care; empty when the machine was quiet.
 *
 * @param {LinearSection} section
 * @returns {string[]}
 */
export function linearDisturbances({ ceiling, disturbed, besideCeilings }) {
  /** @param {string} what @param {number} spread */
  const line = (what, spread) =>
    `${what}: the middle half of the ceiling's samples is ${(100 * spread).toFixed(0)} % apart`;
  return [
    ...(disturbed ? [line("attention of linear cost, long", ceiling.spread)] : []),
    ...besideCeilings
      .filter(({ spread }) => spread > QUIET_SPREAD)
      .map(({ n, spread }) => line(`attention of linear cost beside exact attention, ${n} tokens`, spread)),
  ];
}
