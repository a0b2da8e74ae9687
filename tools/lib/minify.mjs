// The last step of the bundlers.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "esbuild";
import { minify } from "terser";

/**
 * What is a function in the source stays one: put where it is called, it would be made anew for every call. Strictness is
 * kept where it is declared, for there it is taken out of its module, as text.
 * @type {import("terser").MinifyOptions}
 */
const options = {
  module: true,
  ecma: 2020,
  compress: { passes: 2, directives: false, inline: 1, reduce_funcs: false },
};

/**
 * Builds with esbuild, and gives what Terser makes of each file, which is written too unless `write` is false. esbuild names
 * variables by how often the whole file uses them, Terser anew in every function: functions that do alike then read alike,
 * and pack a twentieth smaller.
 * @param {import("esbuild").BuildOptions} settings
 */
export async function buildMinified({ write = true, ...settings }) {
  const { outputFiles = [] } = await build({ ...settings, minify: true, write: false });
  const files = [];
  for (const { path, text: long } of outputFiles) {
    const { code: text = "" } = await minify(long, options);
    files.push({ path, text });
    if (!write) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return files;
}
