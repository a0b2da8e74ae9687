/** Numbers of the stored table as text. */
import type { Benchmark } from "../../benchmark.data.js";

export type Row = Benchmark["rows"][number];

/** Three significant digits, without powers of ten: 0.0143, 1.43, 143 */
export function milliseconds(time: number | null | undefined): string {
  if (typeof time !== "number") return "–";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(time)));
  return time.toFixed(Math.min(digits, 5));
}

/** "38.1 / 37.2"; a dash where nothing was measured. */
export const pair = (times: readonly (number | null)[]): string =>
  times.some((time) => time !== null) ? times.map(milliseconds).join(" / ") : "–";

export const ratio = (value: number): string => value.toFixed(2);

/** A peer or the loops were faster than every form of ours. */
export const losesToPeer = ({ toPeer }: Row): boolean => toPeer !== undefined && toPeer > 1;

/** Our fastest over the loops. */
export function toLoops({ relaxed, simd, pool, loops }: Row): number | undefined {
  const ours = [...relaxed, ...simd, ...(pool === undefined ? [] : [pool])];
  return ours.length === 0 || loops === undefined ? undefined : Math.min(...ours) / loops;
}
