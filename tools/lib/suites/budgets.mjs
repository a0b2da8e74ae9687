// How large what we publish may be. The figures are promises to those who embed it; see CONTRIBUTING.md.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { carriesBinary, neededBy, reachableFrom } from "../modules.mjs";
import { distFolder } from "../paths.mjs";

/** @typedef {import("../tally.mjs").Tally} Tally */

const kilobyte = 1000;
const limits = {
  binary: 100 * kilobyte,
  load: 20 * kilobyte,
  pool: 5 * kilobyte,
  io: 5 * kilobyte,
  widget: 250 * kilobyte,
};

/** @param {string} file */
const brotli = (file) =>
  brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

/** @param {string} file */
const gzip = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/**
 * @param {Tally} tally
 * @param {string} what
 * @param {number} size
 * @param {number} limit
 */
function within(tally, what, size, limit) {
  const figures = `${(size / kilobyte).toFixed(1)} of ${limit / kilobyte} KB`;
  tally.check(`${what} is within its budget`, size > 0 && size <= limit, figures);
}

/**
 * The package by what brings it along: what a page that calls load() fetches, from either entry; what createPool() fetches
 * beside that; the module of files. Binaries in base64 have a budget of their own.
 * @returns {[string, string[], number][]}
 */
function parts() {
  const entries = ["index.js", "external.js"].map((name) => join(distFolder, name));
  const first = entries.map((entry) => neededBy(entry));
  const all = first.flat();
  const later = entries.flatMap((entry) => reachableFrom(entry)).filter((file) => !all.includes(file));
  return [
    ["load() of attnlab", first[0] ?? [], limits.load],
    ["load() of attnlab/external", first[1] ?? [], limits.load],
    ["createPool()", later, limits.pool],
    ["attnlab/io beside that", neededBy(join(distFolder, "io.js")).filter((file) => !all.includes(file)), limits.io],
  ];
}

/** @param {Tally} tally */
export async function budgets(tally) {
  for (const variant of ["simd", "relaxed"]) {
    within(tally, `the ${variant} binary, brotli`, brotli(join(distFolder, `kernels.${variant}.wasm`)), limits.binary);
  }

  for (const [part, files, limit] of parts()) {
    const own = [...new Set(files)].filter((file) => !carriesBinary(file));
    own.forEach((file) => tally.note(`  ${basename(file)}: ${brotli(file)} bytes, brotli`));
    within(tally, `${part}, glue and TypeScript, brotli`, sum(own.map(brotli)), limit);
  }

  const widgets = join(distFolder, "widgets");
  const names = readdirSync(widgets).filter((name) => name.endsWith(".js"));
  for (const name of names.filter((candidate) => !candidate.endsWith(".single.js"))) {
    embedded(tally, name.replace(/\.js$/, ""), join(widgets, name));
    const single = join(widgets, name.replace(/\.js$/, ".single.js"));
    tally.check(`${basename(single)} stands alone`, existsSync(single) && reachableFrom(single).length === 1);
    if (existsSync(single)) within(tally, `${basename(single)}, gzip`, gzip(single), limits.widget);
  }
}

/**
 * What a page loads for one widget's first view: its code, the larger of the two binaries, its data.
 * @param {Tally} tally
 * @param {string} name
 * @param {string} entry
 */
function embedded(tally, name, entry) {
  // Data files, and what is named later-…, are fetched only when a reader asks for them, as the browser tests see to; what the
  // first view shows is inside the other chunks.
  const files = reachableFrom(entry, (file) => file.endsWith(".js") && !basename(file).startsWith("later-"));
  const [binaries, code] = [files.filter(carriesBinary), files.filter((file) => !carriesBinary(file))];
  tally.check(`${name} carries a binary`, binaries.length > 0);
  const worker = join(distFolder, "widgets", "chunks", `${name}.worker.js`);
  tally.check(
    `${name}'s worker, if it has one, carries none, and shares its code with the page`,
    !existsSync(worker) || (gzip(worker) < 10 * kilobyte && !reachableFrom(worker).some(carriesBinary)),
  );
  files.forEach((file) => tally.note(`  ${basename(file)}: ${gzip(file)} bytes, gzip`));
  const size = sum(code.map(gzip)) + Math.max(0, ...binaries.map(gzip));
  within(tally, `${name} with its first view, gzip`, size, limits.widget);
}
