// What can be said about the sources without running them: format, lint, types, clang-tidy.

import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { buildPreset } from "../cmake.mjs";
import { run } from "../command.mjs";
import { filesBelow, hash, hashFiles } from "../files.mjs";
import { formatters } from "../formatting.mjs";
import { buildFolder, fromRoot, root } from "../paths.mjs";
import { buildEnvironment, findEmscripten, privateEmscripten } from "../toolchain.mjs";
import { trackedFiles } from "../tracked.mjs";

/** @typedef {import("../tally.mjs").Tally} Tally */

/** @param {Tally} tally */
export async function format(tally) {
  for (const { name, command, check } of formatters()) {
    tally.check(`${name} would change nothing`, await run(command, check, { log: tally.log }));
  }
  tally.none("no line of C++ is longer than 100 columns", longLines());
}

/** clang-format leaves comments as they are. Tables of golden values are written by scripts. */
function longLines() {
  return trackedFiles(/\.(h|cpp|c)$/)
    .filter((path) => !path.startsWith("tests/fixtures/"))
    .flatMap((path) =>
      readFileSync(fromRoot(path), "utf8")
        .split("\n")
        .flatMap((line, index) => (line.length > 100 ? [`${path}:${index + 1}: ${line.length} columns`] : [])),
    );
}

/** @param {Tally} tally */
export async function lint(tally) {
  const eslint = fromRoot("node_modules", "eslint", "bin", "eslint.js");
  const ok = await run(process.execPath, [eslint, "--max-warnings=0", "."], { log: tally.log });
  tally.check("eslint finds nothing", ok);
  tally.none("no comment switches a rule off", switchedOff());
}

/** Comments that silence a tool. Spelled in two parts, for this file is searched too. */
const silencers = new RegExp(
  ["eslint-" + "disable", "@ts-" + "(ignore|nocheck|expect-error)", "NO" + "LINT"].join("|"),
);

function switchedOff() {
  return trackedFiles(/\.(ts|mts|js|mjs|vue|cpp|h)$/).flatMap((path) =>
    readFileSync(fromRoot(path), "utf8")
      .split("\n")
      .flatMap((line, index) => (silencers.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** @param {Tally} tally */
export async function types(tally) {
  const tsc = fromRoot("node_modules", "typescript", "bin", "tsc");
  // A configuration without files of its own is what others extend.
  const projects = trackedFiles(/(^|\/)tsconfig(\.[\w-]+)?\.json$/).filter((path) =>
    /"(files|include)"\s*:/.test(readFileSync(fromRoot(path), "utf8")),
  );
  for (const project of projects) {
    tally.note(`\n${project}`);
    const ok = await run(process.execPath, [tsc, "--noEmit", "--project", project], { log: tally.log });
    tally.check(`${project} has no type errors`, ok);
  }
}

/**
 * @typedef {object} Compilation An entry of compile_commands.json.
 * @property {string} directory
 * @property {string} file
 * @property {string} command
 */

/**
 * clang-tidy over every C++ file that is compiled. A file whose text, headers, compiler options and rules are those of an
 * earlier run that found nothing is not looked at again.
 * @param {Tally} tally
 */
export async function tidy(tally) {
  await buildPreset("native", { tests: true });
  const shared = hashFiles([
    ...trackedFiles(/(^|\/)\.clang-tidy$/).map((path) => fromRoot(path)),
    ...["src", "bindings", "tests"].flatMap((folder) => filesBelow(fromRoot(folder), (file) => file.endsWith(".h"))),
  ]);
  const memory = fromRoot("build", "stamps", "clang-tidy.json");
  /** @type {Record<string, string>} */
  const clean = existsSync(memory) ? JSON.parse(readFileSync(memory, "utf8")) : {};

  const waiting = [...compilations("native", ["src", "tests"]), ...compilations("wasm-simd", ["bindings"])];
  const inspectNext = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { preset, file, command } = next;
      const path = relative(root, file);
      const key = hash(shared + command + readFileSync(file, "utf8"));
      const ok = clean[path] === key || (await inspect(preset, file, tally));
      if (ok) clean[path] = key;
      else delete clean[path];
      tally.check(`clang-tidy finds nothing in ${path}`, ok);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, inspectNext));
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, JSON.stringify(clean));
}

/**
 * The compilations of a preset whose sources are in certain folders.
 * @param {string} preset
 * @param {string[]} folders
 */
function compilations(preset, folders) {
  /** @type {Compilation[]} */
  const all = JSON.parse(readFileSync(join(buildFolder, preset, "compile_commands.json"), "utf8"));
  return all
    .map(({ directory, file, command }) => ({ preset, file: resolve(directory, file), command }))
    .filter(({ file }) => folders.includes(relative(root, file).split("/")[0] ?? ""));
}

/**
 * @param {string} preset
 * @param {string} file
 * @param {Tally} tally
 */
function inspect(preset, file, tally) {
  const target = preset.startsWith("wasm") ? wasmTarget() : [];
  const args = ["-p", join(buildFolder, preset), "--quiet", "--warnings-as-errors=*", ...target, file];
  return run("clang-tidy-19", args, { log: tally.log, env: buildEnvironment(), limitSeconds: 900 });
}

/** What the compiler inside emcc is told and a compile command does not say. */
function wasmTarget() {
  const own = findEmscripten()?.kind === "path";
  const emscripten = own ? dirname(realpathSync(findEmscripten()?.command ?? "")) : privateEmscripten;
  return [
    "--target=wasm32-unknown-emscripten",
    `--sysroot=${join(emscripten, "cache", "sysroot")}`,
    "-D__EMSCRIPTEN__=1",
  ].map((word) => `--extra-arg-before=${word}`);
}
