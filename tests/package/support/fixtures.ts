import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A file below tests/fixtures. */
export const fixture = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url))));

export const fixtureJson = (path: string): unknown => JSON.parse(new TextDecoder().decode(fixture(path)));

/** Numbers of a JSON fixture, where NaN and infinities are words. */
export type Word = number | "nan" | "inf" | "-inf";

const WORDS = { nan: NaN, inf: Infinity, "-inf": -Infinity } as const;

export const numbers = (words: readonly Word[]): number[] =>
  words.map((word) => (typeof word === "number" ? word : WORDS[word]));
