/**
 * The ratios of a case: what lasts when the machine changes.
 *
 * @import { Case, Ratios, Result } from "./types.js"
 */

/** A ceiling runs the same instructions every time: a wider middle half of its samples means that something else ran. */
export const QUIET_SPREAD = 0.1;

/**
 * @param {Result[]} results
 * @param {(result: Result) => boolean} among
 * @returns {number | undefined} milliseconds of the fastest correct one
 */
function fastest(results, among) {
  const times = results.filter(among).flatMap(({ milliseconds }) => milliseconds ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/**
 * @param {number | undefined} value
 * @param {number | undefined} reference
 */
const over = (value, reference) => (value === undefined || reference === undefined ? undefined : value / reference);

/**
 * @param {Result} result
 * @param {Case} entry
 * @returns {Ratios}
 */
function ratiosOf({ kind, variant, threads, milliseconds, gflops, beside, oneThread }, entry) {
  const { results, ceilings, bytes, traffic } = entry;
  const ours = kind === "ours";
  const floor = ceilings.find((ceiling) => ceiling.gflops === undefined);
  const single = results.find(({ name }) => name === oneThread);
  /** @type {Record<string, number | undefined>} */
  const ratios = {
    toPeer: ours
      ? over(
          milliseconds,
          fastest(results, (one) => one.kind === "peer" && one.threads <= threads),
        )
      : undefined,
    toBestPeer: ours
      ? over(
          milliseconds,
          fastest(results, (one) => one.kind === "peer"),
        )
      : undefined,
    toLoops: ours
      ? over(
          milliseconds,
          fastest(results, (one) => one.kind === "naive"),
        )
      : undefined,
    toCeiling: ours
      ? over(gflops, ceilings.find((ceiling) => ceiling.variant !== undefined && ceiling.variant === variant)?.gflops)
      : undefined,
    toTraffic: over(milliseconds, traffic && bytes && bytes / traffic.gigabytesPerSecond / 1e6),
    toFloor: over(milliseconds, floor?.milliseconds),
    toBeside: over(milliseconds, beside?.milliseconds),
    speedUp: over(single?.milliseconds, milliseconds),
  };
  return Object.fromEntries(Object.entries(ratios).filter(([, value]) => value !== undefined));
}

/**
 * How far the samples of what a case is held to disagree.
 *
 * @param {Case} entry
 */
export const spreadOf = ({ ceilings, traffic }) =>
  Math.max(...ceilings.map(({ spread }) => spread), traffic?.spread ?? 0);

/**
 * Adds `ratios` to the results of a case, and `disturbed` to the case.
 *
 * @param {Case} entry
 * @returns {Case}
 */
export function withRatios(entry) {
  return {
    ...entry,
    disturbed: spreadOf(entry) > QUIET_SPREAD,
    results: entry.results.map((result) =>
      result.milliseconds === undefined ? result : { ...result, ratios: ratiosOf(result, entry) },
    ),
  };
}
