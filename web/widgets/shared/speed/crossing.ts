import { timeAt, type SpeedPoint } from "./race.js";

/** How much longer the logarithm of one time is than that of the other, at the lengths at which both were timed. */
function leadsOf(exact: readonly SpeedPoint[], other: readonly SpeedPoint[]): (readonly [n: number, lead: number])[] {
  return other.flatMap(({ n, milliseconds }) => {
    const time = timeAt(exact, n);
    return time === undefined ? [] : [[n, Math.log(time / milliseconds)] as const];
  });
}

/** Where two lines of times stand to each other. */
export type Standing =
  | { readonly kind: "crossing"; readonly n: number }
  /** The other one is faster at every length, or not even at the last. */
  | { readonly kind: "always" | "never" };

/** From which length on `other` is the faster one for good, by straight lines over logarithmic axes. */
export function standingOf(exact: readonly SpeedPoint[], other: readonly SpeedPoint[]): Standing {
  const leads = leadsOf(exact, other);
  const last = leads.reduce((latest, [, lead], i) => (lead > 0 ? latest : i), -1);
  const [from, to] = [leads[last], leads[last + 1]];
  if (to === undefined) return { kind: "never" };
  if (from === undefined) return { kind: "always" };
  const share = from[1] / (from[1] - to[1]);
  return { kind: "crossing", n: from[0] * (to[0] / from[0]) ** share };
}

/** The length of the crossing; undefined where there is none. */
export function crossingOf(exact: readonly SpeedPoint[], other: readonly SpeedPoint[]): number | undefined {
  const standing = standingOf(exact, other);
  return standing.kind === "crossing" ? standing.n : undefined;
}
