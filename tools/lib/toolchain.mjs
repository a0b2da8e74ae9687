// Which Emscripten the build uses, and the environment it needs.

import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { atLeast, findCommand, parseVersion, versionOf } from "./command.mjs";
import { fromRoot, toolchainFolder } from "./paths.mjs";

/** The oldest Emscripten whose relaxed-SIMD instructions are the final ones and whose glue loads in Node as a module. */
export const oldestEmscripten = [3, 1, 60];

/** Where the private copy of Emscripten is, when there is one. */
export const privateEmscripten = join(toolchainFolder, "usr", "share", "emscripten");

/** The configuration of the private copy; Emscripten is told of it by the variable EM_CONFIG. */
export const privateConfig = join(toolchainFolder, "em_config.py");

/**
 * @typedef {object} Emscripten
 * @property {"path" | "private"} kind `path`: the `emcc` on PATH; `private`: the copy in .toolchain.
 * @property {string} command
 * @property {string} version
 */

/**
 * The machine's own `emcc`, if it is new enough.
 * @returns {Emscripten | undefined}
 */
export function emscriptenOnPath() {
  const command = findCommand("emcc");
  if (command === undefined) return undefined;
  const version = versionOf(command);
  return atLeast(version, oldestEmscripten) ? { kind: "path", command, version: version.join(".") } : undefined;
}

/**
 * The private copy of Emscripten, if it is unpacked and configured.
 * @returns {Emscripten | undefined}
 */
export function emscriptenInToolchain() {
  const versionFile = join(privateEmscripten, "emscripten-version.txt");
  if (!existsSync(versionFile) || !existsSync(privateConfig)) return undefined;
  const version = parseVersion(readFileSync(versionFile, "utf8")).join(".");
  return { kind: "private", command: join(privateEmscripten, "emcc"), version };
}

/** @type {Emscripten | undefined} */
let found;

/**
 * The Emscripten that the build uses: a suitable one on PATH before the private copy. Remembered once found, because
 * asking `emcc` for its version starts Python.
 * @returns {Emscripten | undefined}
 */
export function findEmscripten() {
  found ??= emscriptenOnPath() ?? emscriptenInToolchain();
  return found;
}

/**
 * The environment for everything that compiles: node_modules/.bin on PATH (Emscripten calls `tsc`), and with the private
 * copy its folder and its configuration.
 * @returns {NodeJS.ProcessEnv}
 */
export function buildEnvironment() {
  const path = [fromRoot("node_modules", ".bin"), process.env.PATH ?? ""];
  if (findEmscripten()?.kind !== "private") return { ...process.env, PATH: path.join(delimiter) };
  return { ...process.env, PATH: [privateEmscripten, ...path].join(delimiter), EM_CONFIG: privateConfig };
}
