// Which files a module brings along: the closure over its imports, as the budgets and the build need it.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** import … from "./x", export … from "./x", import "./x", minified or not. */
const statements = /(?:\bfrom|\bimport)\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g;

/** The same, and import("./x"), new URL("./x", import.meta.url). */
const references = [
  statements,
  /\bimport\(\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g,
  /\bnew URL\(\s*["'`](\.{0,2}\/?[^"'`]+)["'`]\s*,\s*import\.meta\.url/g,
];

/**
 * All files reachable from a module through relative imports, static and dynamic, and `new URL(…, import.meta.url)`.
 * @param {string} entry Absolute path of an existing ES module.
 * @param {(file: string) => boolean} [follow] Files for which it is false are left out, with what only they bring along.
 * @returns {string[]} Absolute paths, the entry first.
 */
export function reachableFrom(entry, follow = () => true) {
  return closure(entry, references, follow);
}

/**
 * The files that a module needs before its first line runs.
 * @param {string} entry Absolute path of an existing ES module.
 * @returns {string[]} Absolute paths, the entry first.
 */
export const neededBy = (entry) => closure(entry, [statements], () => true);

/**
 * @param {string} entry
 * @param {RegExp[]} patterns
 * @param {(file: string) => boolean} follow
 */
function closure(entry, patterns, follow) {
  const seen = new Set([entry]);
  for (const file of seen) {
    if (!/\.m?js$/.test(file)) continue;
    const text = readFileSync(file, "utf8");
    for (const [, reference = ""] of patterns.flatMap((pattern) => [...text.matchAll(pattern)])) {
      const target = resolve(dirname(file), reference);
      if (existsSync(target) && follow(target)) seen.add(target);
    }
  }
  return [...seen];
}

/**
 * A WebAssembly binary in base64: the bytes "\0asm" or the start of a gzip file, and so much more that it is no mere probe of
 * what an engine knows, no loop of a benchmark, and no packed data of a widget.
 */
export const binaryAsText = /(AGFzbQEA|H4sIA)[A-Za-z0-9+/]{80000}/;

/**
 * Whether a module carries a WebAssembly binary as text.
 * @param {string} file
 * @returns {boolean}
 */
export const carriesBinary = (file) => /\.m?js$/.test(file) && binaryAsText.test(readFileSync(file, "utf8"));
