import { describe, refuse } from "./errors.js";
import { number, type Interval, type Reader } from "./options.js";

/** Where drawn numbers begin: a whole number up to 2^53 - 1, or a bigint up to 2^64 - 1. Equal values draw equal numbers. */
export type Seed = number | bigint;

/** Whole numbers that JavaScript's own numbers hold. */
export const counted: Interval = {
  contains: (value) => value >= 0 && Number.isSafeInteger(value),
  words: "a whole number from 0 to 2^53 - 1",
};

const TWO_32 = 2 ** 32;

/** Reads a seed as its two halves, low first. */
export const seedHalves: Reader<[low: number, high: number]> = (operation, key, value = 0) => {
  if (typeof value !== "bigint") {
    const seed = number(counted)(operation, key, value);
    return [seed % TWO_32, Math.floor(seed / TWO_32)];
  }
  if (BigInt.asUintN(64, value) !== value)
    refuse("RANGE", operation, key, describe(value), "a bigint from 0 to 2^64 - 1");
  return [Number(BigInt.asUintN(32, value)), Number(value >> 32n)];
};
