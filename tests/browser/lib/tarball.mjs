/**
 * The package as it is published: packed by npm and unpacked or installed somewhere else.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** @param {string[]} args @param {string} cwd @returns {string} what npm printed */
function npm(args, cwd) {
  return execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd, encoding: "utf8" });
}

/**
 * Packs the repository as it is built now; builds nothing.
 *
 * @param {string} folder  where the tarball goes
 * @returns {string} its path
 */
export function packTarball(folder) {
  const [packed] = JSON.parse(npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], ROOT));
  return join(folder, packed.filename);
}

/**
 * @param {string} tarball
 * @param {string} folder  an empty folder
 * @returns {string} the folder that holds the package's own package.json
 */
export function unpackTarball(tarball, folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", folder]);
  return join(folder, "package");
}

/**
 * Makes a project in an empty folder with the tarball as its only dependency. Needs no network: the package has no
 * dependencies of its own.
 *
 * @param {string} tarball
 * @param {string} folder
 */
export function installTarball(tarball, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
  npm(["install", "--offline", "--ignore-scripts", tarball], folder);
}
