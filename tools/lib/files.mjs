// Lists and hashes of files, the ground on which the incremental build stands.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./paths.mjs";

/** Folders that hold nothing written by hand, wherever they are. */
const generated = new Set(["node_modules", "cache", "dist", "build", ".git", ".toolchain"]);

/**
 * All files at or below a path, sorted, absolute.
 * @param {string} path A file or a folder; a missing one gives no files.
 * @param {(file: string) => boolean} [keep] Called with absolute paths.
 * @param {Set<string>} [skipped] Names of folders that are not entered.
 * @returns {string[]}
 */
export function filesBelow(path, keep = () => true, skipped = generated) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return keep(path) ? [path] : [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !(entry.isDirectory() && skipped.has(entry.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesBelow(join(path, entry.name), keep, skipped));
}

/**
 * SHA-256 of bytes or text, in hexadecimal.
 * @param {string | Uint8Array} data
 * @returns {string}
 */
export const hash = (data) => createHash("sha256").update(data).digest("hex");

/**
 * One hash over the names and the contents of files, in the order given.
 * @param {string[]} files Absolute paths of existing files.
 * @returns {string}
 */
export function hashFiles(files) {
  const all = createHash("sha256");
  for (const file of files) all.update(`${relative(root, file)}\0${hash(readFileSync(file))}\n`);
  return all.digest("hex");
}
