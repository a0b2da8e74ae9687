import { describe, refuse } from "./errors.js";

/** The values of the options that were given; every value still unchecked, an absent one undefined. */
export type RawOptions<Key extends string> = Readonly<Record<Key, unknown>>;

/**
 * Takes the known keys out of an options argument, each read once. An options argument that is no plain object is refused
 * (TYPE, argument `options`), and so is a key outside the list (VALUE, argument that key). A key whose value is undefined
 * counts as absent.
 */
export function readOptions<Key extends string>(
  operation: string,
  options: unknown,
  keys: readonly Key[],
): RawOptions<Key> {
  if (options === undefined) return {} as RawOptions<Key>;
  if (!isOptionsObject(options)) refuse("TYPE", operation, "options", describe(options), "an object");
  refuseUnknownKeys(operation, options, keys);
  return Object.fromEntries(keys.map((key) => [key, options[key]])) as RawOptions<Key>;
}

/** Refuses the first key of `object` that is not in the list and whose value is not undefined. */
export function refuseUnknownKeys(
  operation: string,
  object: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): void {
  for (const key of Object.keys(object)) {
    if (!keys.includes(key) && object[key] !== undefined) {
      refuse("VALUE", operation, key, "not an option", `one of ${keys.join(", ")}`);
    }
  }
}

/** An object whose keys are options: not an array, not a typed array, not null. */
export function isOptionsObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/**
 * True if the options say `key: true`. For the one kind of option that decides what the positional arguments must be, which
 * are checked before the options are; anything else than true is judged when its turn comes.
 */
export const isFlagSet = (options: unknown, key: string): boolean => isOptionsObject(options) && options[key] === true;

/** A boolean option. 1 and "yes" are no booleans. */
export function readFlag(operation: string, key: string, value: unknown, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  if (typeof value !== "boolean") refuse("TYPE", operation, key, describe(value), "true or false");
  return value;
}

/** A set of numbers, with the words that error messages use for it. */
export interface Interval {
  contains(value: number): boolean;
  words: string;
}

export const finite: Interval = { contains: () => true, words: "a finite number" };
export const positive: Interval = { contains: (value) => value > 0, words: "a finite number > 0" };
export const notNegative: Interval = { contains: (value) => value >= 0, words: "a finite number >= 0" };
export const atLeastOne: Interval = { contains: (value) => value >= 1, words: "a finite number >= 1" };
export const aboveOne: Interval = { contains: (value) => value > 1, words: "a finite number > 1" };
export const count: Interval = {
  contains: (value) => value >= 0 && Number.isInteger(value),
  words: "a whole number >= 0",
};

/** A number: TYPE if it is none, RANGE if it is NaN, infinite or outside the interval. */
export function checkNumber(
  operation: string,
  argument: string,
  value: unknown,
  interval: Interval,
  subject = argument,
): number {
  if (typeof value !== "number") refuse("TYPE", operation, argument, describe(value), interval.words, subject);
  if (!Number.isFinite(value) || !interval.contains(value)) {
    refuse("RANGE", operation, argument, String(value), interval.words, subject);
  }
  return value;
}

/** A number option with a default. */
export function readNumber(
  operation: string,
  key: string,
  value: unknown,
  interval: Interval,
  byDefault: number,
): number {
  return value === undefined ? byDefault : checkNumber(operation, key, value, interval);
}

/** A string of a list: TYPE if it is no string, VALUE if it is another one. */
export function checkChoice<Choice extends string>(
  operation: string,
  argument: string,
  value: unknown,
  choices: readonly Choice[],
  subject = argument,
): Choice {
  const words = choices.map((choice) => `"${choice}"`).join(", ");
  if (typeof value !== "string") refuse("TYPE", operation, argument, describe(value), `one of ${words}`, subject);
  const choice = choices.find((each) => each === value);
  if (choice === undefined) refuse("VALUE", operation, argument, describe(value), `one of ${words}`, subject);
  return choice;
}
