/**
 * The committed results, boiled down for the site's page and for the widget.
 *
 * @import { Case, FirstCall, LinearSection, MemoryUse, PageReport, Result } from "./types.js"
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const RESULTS = join(import.meta.dirname, "..", "results");

/**
 * @typedef {object} Report  what run.mjs writes
 * @property {string} date
 * @property {{ processor: string, cores: number, memoryGiB: number, platform: string, browser: string }} machine
 * @property {{ name: string, version: string, license: string }[]} peers
 * @property {{ rounds: number }} timing
 * @property {string[]} disturbances
 * @property {{ median: number, samples: number[], variant: string }} loadToFirstResult
 * @property {FirstCall[]} firstCalls
 * @property {PageReport[]} pages
 * @property {LinearSection} [linear]  absent from runs before it was measured, and from those of chosen cases
 * @property {MemoryUse[]} [memory]
 */

/** @returns {string} the newest dated file */
export function storedFile() {
  const newest = readdirSync(RESULTS)
    .filter((name) => /^\d{4}-\d\d-\d\d\.json$/.test(name))
    .sort()
    .at(-1);
  if (newest === undefined) throw new Error("benchmarks/results holds no dated file.");
  return join(RESULTS, newest);
}

/** @returns {Report} */
export const storedReport = () => JSON.parse(readFileSync(storedFile(), "utf8"));

/** The sizes of attention that the widget offers, by the name they have there. */
const WIDGET_CASES = {
  256: "8 heads x 256 x 64",
  1024: "8 heads x 1024 x 64",
  "1024-causal": "8 heads x 1024 x 64 causal",
  2048: "8 heads x 2048 x 64",
};

/** @param {Case} entry  the fastest arithmetic that its page measured, in GFLOP/s */
const ceilingOf = ({ ceilings }) => Math.max(...ceilings.map(({ gflops = 0 }) => gflops));

/** attnlab with the arithmetic that most engines have, as a reader would call it, and everybody else. @param {Result} result */
const isCompared = ({ kind, variant, form }) =>
  kind === "peer" ||
  kind === "naive" ||
  (kind === "ours" && variant === "relaxed" && (form === "tensors" || form === "pool"));

/**
 * @typedef {object} StoredRun
 * @property {string} who  the library; "loops" for loops in JavaScript
 * @property {number} threads
 * @property {number} milliseconds
 * @property {number} gflops
 * @property {number} share  of the ceiling of one core
 *
 * @typedef {object} StoredAttention
 * @property {string} date
 * @property {string} processor
 * @property {string} browser
 * @property {Record<string, { disturbed: boolean, ceiling: number, runs: StoredRun[] }>} sizes
 * @property {StoredCrossover[]} [crossovers]  where methods of linear cost meet exact attention, if that was measured
 *
 * @typedef {object} StoredCrossover
 * @property {string} key
 * @property {number | "below" | "beyond"} crossover
 * @property {boolean} disturbed
 * @property {{ n: number, ratio: number }[]} points  time over that of exact attention
 */

/**
 * @param {LinearSection | undefined} linear
 * @returns {StoredCrossover[] | undefined}
 */
function storedCrossovers(linear) {
  return linear?.methods.flatMap(({ key, crossover, toExact }) => {
    if (crossover === undefined) return [];
    const points = toExact.map(({ n, ratio }) => ({ n, ratio }));
    return [{ key, crossover, disturbed: toExact.some(({ disturbed }) => disturbed), points }];
  });
}

/**
 * Attention beside the peers, for the widget.
 *
 * @param {Report} [report]
 * @returns {StoredAttention}
 */
export function storedAttention({ date, machine, peers, pages, linear } = storedReport()) {
  /** @param {Result} result */
  const who = ({ kind, peer }) => {
    if (kind === "naive") return "loops";
    const version = peers.find(({ name }) => name.includes(PACKAGES[peer ?? ""] ?? "none"))?.version;
    return kind === "ours" ? "attnlab" : `${peer} ${version}`;
  };
  const cases = pages[0]?.cases ?? [];
  const sizes = Object.entries(WIDGET_CASES).flatMap(([size, label]) => {
    const entry = cases.find((candidate) => candidate.operation === "attention" && candidate.label === label);
    if (!entry) return [];
    const ceiling = ceilingOf(entry);
    const runs = entry.results.filter(isCompared).flatMap((result) => {
      const { threads, milliseconds, gflops } = result;
      if (milliseconds === undefined || gflops === undefined) return [];
      return [{ who: who(result), threads, milliseconds, gflops, share: gflops / ceiling }];
    });
    return [[size, { disturbed: entry.disturbed === true, ceiling, runs }]];
  });
  const crossovers = storedCrossovers(linear);
  return {
    date,
    processor: machine.processor,
    browser: machine.browser,
    sizes: Object.fromEntries(sizes),
    ...(crossovers === undefined ? {} : { crossovers }),
  };
}

/** A peer's package, whose version is the peer's. @type {Record<string, string>} */
const PACKAGES = { "onnxruntime-web": "onnxruntime-web", "TensorFlow.js": "tfjs-core", "jax-js": "@jax-js/jax" };

/**
 * @typedef {object} StoredRow  times in milliseconds
 * @property {string} operation
 * @property {string} label
 * @property {boolean} disturbed
 * @property {number[]} relaxed  with plain tensors and with residents; one of them where only one was measured
 * @property {number[]} simd
 * @property {number | undefined} pool
 * @property {Record<string, (number | null)[]>} peers  by name, with one thread and with two; null survives JSON
 * @property {number | undefined} loops
 * @property {number | undefined} toPeer  the fastest of ours over the fastest peer
 * @property {Limit | undefined} limit
 * @property {{ label: string, ratio: number } | undefined} beside  time over that of what was measured beside it
 * @property {string | undefined} missing  why we have no figure
 */

/** Forms of ours that share a column of the table, in its order. @type {Result["form"][]} */
const COLUMNS = ["tensors", "residents"];

/** The peers of the table, in its order. */
export const PEERS = Object.keys(PACKAGES);

/**
 * Every case of the page with the peers, a row each.
 *
 * @param {Report} [report]
 * @returns {StoredRow[]}
 */
export function storedRows({ pages } = storedReport()) {
  return (pages[0]?.cases ?? []).map(({ operation, label, disturbed, results }) => {
    /** @param {(result: Result) => boolean} among */
    const times = (among) => results.filter(among).flatMap(({ milliseconds }) => milliseconds ?? []);
    /** @param {string} variant */
    const ours = (variant) =>
      times(({ kind, variant: own, form }) => kind === "ours" && own === variant && COLUMNS.includes(form));
    const peers = PEERS.map((peer) => {
      const withThreads = [1, 2].map(
        (threads) => times((one) => one.peer === peer && one.threads === threads)[0] ?? null,
      );
      return [peer, withThreads];
    });
    const [ourTimes, peerTimes] = [times(({ kind }) => kind === "ours"), times(({ kind }) => kind === "peer")];
    // Of one thread: the ceiling is that of one core.
    const ratios = results.flatMap(({ kind, variant, threads, ratios: found }) =>
      kind === "ours" && variant === "relaxed" && threads === 1 && found ? [found] : [],
    );
    return {
      operation,
      label,
      disturbed: disturbed === true,
      relaxed: ours("relaxed"),
      simd: ours("simd"),
      pool: times(({ form, variant }) => form === "pool" && variant === "relaxed")[0],
      peers: Object.fromEntries(peers),
      loops: times(({ kind }) => kind === "naive")[0],
      toPeer: ourTimes.length > 0 && peerTimes.length > 0 ? Math.min(...ourTimes) / Math.min(...peerTimes) : undefined,
      limit: limitOf(ratios),
      beside: besideOf(results),
      missing: ourTimes.length > 0 ? undefined : results.find(({ kind }) => kind === "ours")?.failure,
    };
  });
}

/**
 * @typedef {object} Limit
 * @property {number} [ceiling]  share of the arithmetic ceiling
 * @property {number} [traffic]  multiple of what the bytes take in memory beyond the caches
 * @property {number} [floor]  multiple of the same traffic with arrays of the same sizes
 */

/**
 * @param {import("./types.js").Ratios[]} ratios
 * @returns {Limit | undefined}
 */
function limitOf(ratios) {
  /** @param {"toCeiling" | "toTraffic" | "toFloor"} key */
  const found = (key) => ratios.flatMap((ratio) => ratio[key] ?? []);
  const [ceilings, traffic, floors] = [found("toCeiling"), found("toTraffic"), found("toFloor")];
  if (ceilings.length > 0) return { ceiling: Math.max(...ceilings) };
  if (floors.length === 0) return undefined;
  return { ...(traffic.length > 0 ? { traffic: Math.min(...traffic) } : {}), floor: Math.min(...floors) };
}

/**
 * Of the form with plain tensors where there is one: both sides of the ratio copy in and out there.
 *
 * @param {Result[]} results
 */
function besideOf(results) {
  const found = results.filter(
    ({ kind, variant, ratios }) => kind === "ours" && variant === "relaxed" && ratios?.toBeside,
  );
  const { beside, ratios } = found.find(({ form }) => form === "tensors") ?? found[0] ?? {};
  return beside && ratios?.toBeside !== undefined ? { label: beside.label, ratio: ratios.toBeside } : undefined;
}
