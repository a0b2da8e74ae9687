import type { Numbers } from "./format.js";

/** A relative error, or another share of one, in a table: in percent as captions and axes have it, to so many digits. */
export const inPercent = (numbers: Numbers, value: number, digits = 3): string =>
  numbers.significant(100 * value, digits) + (Number.isFinite(value) ? "%" : "");
