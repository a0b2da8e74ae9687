// What can be said about the sources without running them: format, lint, types, clang-tidy.

import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { emptyLog, mustRun, run } from "../command.mjs";
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
  await configureForTidy();
  const shared = hashFiles([
    ...trackedFiles(/(^|\/)\.clang-tidy$/).map((path) => fromRoot(path)),
    ...["src", "bindings", "tests"].flatMap((folder) => filesBelow(fromRoot(folder), (file) => file.endsWith(".h"))),
  ]);
  const memory = fromRoot("build", "stamps", "clang-tidy.json");
  /** @type {Record<string, string>} */
  const clean = existsSync(memory) ? JSON.parse(readFileSync(memory, "utf8")) : {};

  const waiting = [...compilations("tidy", ["src", "tests"]), ...compilations("wasm-simd", ["bindings"])];
  const inspectNext = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { built, file, command } = next;
      const path = relative(root, file);
      const key = hash(shared + command + readFileSync(file, "utf8"));
      const ok = clean[path] === key || (await inspect(built, file, tally));
      if (ok) clean[path] = key;
      else delete clean[path];
      tally.check(`clang-tidy finds nothing in ${path}`, ok);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, inspectNext));
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, JSON.stringify(clean));
}

/** The compile commands of the native tests without precompiled headers, which another compiler cannot read. */
async function configureForTidy() {
  const log = emptyLog(fromRoot("build", "logs", "cmake-tidy.log"));
  const options = ["-DATTNLAB_TESTS=ON", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON"];
  const args = ["--fresh", "--preset", "native", "-B", join(buildFolder, "tidy"), ...options];
  await mustRun("Configuring for clang-tidy", "cmake", args, { log, env: buildEnvironment() });
}

/**
 * What is compiled in a folder below build/ from sources in certain folders of the project.
 * @param {string} built
 * @param {string[]} sources
 */
function compilations(built, sources) {
  /** @type {Compilation[]} */
  const all = JSON.parse(readFileSync(join(buildFolder, built, "compile_commands.json"), "utf8"));
  return all
    .map(({ directory, file, command }) => ({ built, file: resolve(directory, file), command }))
    .filter(({ file }) => sources.includes(relative(root, file).split("/")[0] ?? ""));
}

/**
 * @param {string} built
 * @param {string} file
 * @param {Tally} tally
 */
function inspect(built, file, tally) {
  const target = built.startsWith("wasm") ? wasmTarget() : [];
  const args = ["-p", join(buildFolder, built), "--quiet", "--warnings-as-errors=*", ...target, file];
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
