import { AttnlabError, describe, refuse } from "./errors.js";

/** Checks an argument or option and gives what it means; `value` is undefined where it is absent. */
export type Reader<Meaning> = (operation: string, key: string, value: unknown) => Meaning;

/** What a table of readers makes of an options argument. */
export type Read<Readers> = {
  [Key in keyof Readers]: Readers[Key] extends Reader<infer Meaning> ? Meaning : never;
};

/**
 * Reads an options argument by a table of its options, in the order in which they are checked; each is read once. An
 * argument that is no plain object is refused (TYPE, argument `options`), and so is a key that is not in the table (VALUE,
 * argument that key). A key whose value is undefined counts as absent.
 */
export function readOptions<const Readers extends Readonly<Record<string, Reader<unknown>>>>(
  operation: string,
  options: unknown,
  readers: Readers,
): Read<Readers> {
  const keys = Object.keys(readers);
  if (options !== undefined) {
    if (!isOptionsObject(options)) refuse("TYPE", operation, "options", describe(options), "an object");
    refuseUnknownKeys(operation, options, keys);
  }
  const read: Record<string, unknown> = {};
  for (const key of keys) read[key] = readers[key]?.(operation, key, options?.[key]);
  return read as Read<Readers>;
}

/** Refuses the first key of `object` that is not in the list and whose value is not undefined. */
export function refuseUnknownKeys(
  operation: string,
  object: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): void {
  for (const key of Object.keys(object)) {
    if (!keys.includes(key) && object[key] !== undefined) {
      const expected = `one of ${keys.join(", ")}`;
      throw new AttnlabError({ code: "VALUE", operation, argument: key, actual: "not an option", expected });
    }
  }
}

/** An object whose keys are options: not an array, not a typed array, not null. */
export function isOptionsObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/**
 * The value of one option, unchecked. For options that decide what the positional arguments must be, which are checked
 * before the options are; it is judged when its turn comes.
 */
export const peek = (options: unknown, key: string): unknown => (isOptionsObject(options) ? options[key] : undefined);

/** Takes an option as it is: for `out`, which is checked against everything that was read before. */
export const unread: Reader<unknown> = (_operation, _key, value) => value;

/** A boolean. 1 and "yes" are no booleans. */
export const flag =
  (byDefault: boolean): Reader<boolean> =>
  (operation, key, value = byDefault) => {
    if (typeof value !== "boolean") refuse("TYPE", operation, key, describe(value), "true or false");
    return value;
  };

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

/** The whole numbers from `least` on. */
export const whole = (least: number): Interval => ({
  contains: (value) => value >= least && Number.isInteger(value),
  words: `a whole number >= ${String(least)}`,
});

/** A number: TYPE if it is none, RANGE if it is NaN, infinite or outside the interval. */
export function checkNumber(operation: string, argument: string, value: unknown, interval: Interval): number {
  if (typeof value !== "number" || !Number.isFinite(value) || !interval.contains(value)) {
    refuse(typeof value === "number" ? "RANGE" : "TYPE", operation, argument, describe(value), interval.words);
  }
  return value;
}

/** A number with a default; see {@link checkNumber}. */
export const number =
  (interval: Interval, byDefault?: number): Reader<number> =>
  (operation, key, value = byDefault) =>
    checkNumber(operation, key, value, interval);

/** A string of a list: TYPE if it is no string, VALUE if it is another one. */
export function checkChoice<Choice extends string>(
  operation: string,
  argument: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  for (const choice of choices) if (choice === value) return choice;
  const words = choices.map((choice) => `"${choice}"`).join(", ");
  const code = typeof value === "string" ? "VALUE" : "TYPE";
  refuse(code, operation, argument, describe(value), `one of ${words}`);
}

/** A string of a list, the first of which is the default; see {@link checkChoice}. */
export const choice =
  <const Choice extends string>(...choices: readonly Choice[]): Reader<Choice> =>
  (operation, key, value = choices[0]) =>
    checkChoice(operation, key, value, choices);

/** An array of strings of a list: those of `byDefault` and others; TYPE if it is no array, else see {@link checkChoice}. */
export const someOf =
  <const Choice extends string>(
    byDefault: readonly Choice[],
    ...others: readonly Choice[]
  ): Reader<readonly Choice[]> =>
  (operation, key, value = byDefault) => {
    if (!Array.isArray(value)) refuse("TYPE", operation, key, describe(value), "an array of names");
    return Array.from<unknown, Choice>(value, (name) => checkChoice(operation, key, name, [...byDefault, ...others]));
  };

/** A reader for an option that may be absent. */
export const optional =
  <Meaning>(reader: Reader<Meaning>): Reader<Meaning | undefined> =>
  (operation, key, value) =>
    value === undefined ? undefined : reader(operation, key, value);
