/**
 * Compressed sizes of what is published, as a host that serves brotli sends them.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|wasm|safetensors)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * @param {string} folder  the built package
 * @returns {Record<string, { bytes: number, brotli: number }>} by path below the folder
 */
export function compressedSizes(folder) {
  return Object.fromEntries(
    filesBelow(folder).map((file) => {
      const content = readFileSync(file);
      const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
      return [relative(folder, file), { bytes: content.length, brotli: brotli.length }];
    }),
  );
}
