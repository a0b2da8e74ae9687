// What the tools say while they work: one line per step, and a readable message when a step cannot be done.

import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** A failure that a person can do something about. `remedy` says what, in full lines. */
export class Problem extends Error {
  /**
   * @param {string} what One sentence: what could not be done.
   * @param {string} remedy What to do by hand, possibly several lines.
   */
  constructor(what, remedy) {
    super(what);
    this.name = "Problem";
    this.remedy = remedy;
  }
}

/**
 * Prints one line.
 * @param {string} line
 */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * Seconds since `start`, for people: "0.4 s", "73 s".
 * @param {number} start A value of `performance.now()`.
 * @returns {string}
 */
export function since(start) {
  const seconds = (performance.now() - start) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * Announces a step, runs it, and says how long it took. While it runs, a line every half minute shows that it lives.
 * @template T
 * @param {string} announcement What happens and how long it may take.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(announcement, work) {
  const start = performance.now();
  const subject = announcement.replace(/ \(.*\)$/, "");
  say(`[attnlab] ${announcement} ...`);
  const sign = setInterval(() => say(`[attnlab]   still at it after ${since(start)}: ${subject}`), 30_000);
  try {
    const result = await work();
    say(`[attnlab]   done in ${since(start)}: ${subject}`);
    return result;
  } finally {
    clearInterval(sign);
  }
}

/**
 * Prints a failure: a Problem with its remedy, anything else with its stack.
 * @param {unknown} error
 */
export function explain(error) {
  if (error instanceof AggregateError) {
    error.errors.forEach(explain);
  } else if (error instanceof Problem) {
    process.stderr.write(`\n[attnlab] ${error.message}\n${error.remedy.replace(/^/gm, "  ")}\n`);
  } else {
    process.stderr.write(`\n[attnlab] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
}

/**
 * Runs `main` when its file is the program that Node was started with; does nothing when the file was imported.
 * @param {string} url The caller's `import.meta.url`.
 * @param {(args: string[]) => Promise<number | void>} main Gets the command line; returns the exit code (0 when none).
 */
export async function asProgram(url, main) {
  const program = process.argv[1];
  if (program === undefined || pathToFileURL(realpathSync(program)).href !== url) return;
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  }
}
