import { describe, refuse } from "./errors.js";
import type { Reader } from "./options.js";

/** Where drawn numbers begin: a whole number up to 2^53 - 1, or a bigint up to 2^64 - 1. Equal values draw equal numbers. */
export type Seed = number | bigint;

/**
 * Reads a `seed`, 0 by default, as the two halves that the kernels take.
 *
 * @internal
 */
export const seed: Reader<{ low: number; high: number }> = (operation, key, value = 0) => {
  const words = "a whole number in [0, 2^53 - 1] or a bigint in [0, 2^64 - 1]";
  if (typeof value !== "number" && typeof value !== "bigint") refuse("TYPE", operation, key, describe(value), words);
  if (typeof value === "number" ? !Number.isSafeInteger(value) || value < 0 : value !== BigInt.asUintN(64, value)) {
    refuse("RANGE", operation, key, String(value), words);
  }
  const bits = BigInt(value);
  return { low: Number(BigInt.asUintN(32, bits)), high: Number(bits >> 32n) };
};
