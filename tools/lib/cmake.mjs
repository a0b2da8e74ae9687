// CMake's presets as build steps.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { emptyLog, mustRun } from "./command.mjs";
import { filesBelow } from "./files.mjs";
import { buildFolder, fromRoot, root } from "./paths.mjs";
import { step } from "./report.mjs";
import { bringUpToDate } from "./stamps.mjs";
import { buildEnvironment, findEmscripten } from "./toolchain.mjs";

/** @typedef {"native" | "release" | "wasm-simd" | "wasm-relaxed"} Preset */

const isTestSource = /** @param {string} file */ (file) => /\.(cpp|h|txt|cmake)$/.test(file);

/** Everything that CMake and the compiler read for the library and the bindings. */
const librarySources = () =>
  ["CMakeLists.txt", "CMakePresets.json", "cmake", "src", "bindings"].flatMap((path) => filesBelow(fromRoot(path)));

/** The same, and what the kernel tests are compiled from; golden values reach them as headers. */
const testSources = () => [...librarySources(), ...filesBelow(fromRoot("tests"), isTestSource)];

/**
 * The kernel tests' executable of a preset.
 * @param {Preset} preset
 * @returns {string}
 */
export const testProgram = (preset) =>
  join(buildFolder, preset, "tests", preset.startsWith("wasm") ? "attnlab_tests.js" : "attnlab_tests");

/**
 * What a preset makes.
 * @param {Preset} preset
 * @param {boolean} tests
 * @returns {string[]}
 */
function outputs(preset, tests) {
  const wasm = preset.startsWith("wasm");
  const made = ["attnlab.js", "attnlab.wasm", ...(preset === "wasm-simd" ? ["attnlab.d.ts"] : [])];
  return [
    ...(wasm ? made.map((name) => join(buildFolder, preset, name)) : []),
    ...(tests ? [testProgram(preset)] : []),
    ...(tests && wasm ? [testProgram(preset).replace(/\.js$/, ".wasm")] : []),
  ];
}

/**
 * Builds a preset, with or without the kernel tests.
 * @param {Preset} preset
 * @param {{ tests: boolean }} what
 */
export async function buildPreset(preset, { tests }) {
  const env = buildEnvironment();
  const emscripten = preset.startsWith("wasm") ? findEmscripten() : undefined;
  await bringUpToDate({
    name: tests ? `${preset}-tests` : preset,
    inputs: tests ? testSources : librarySources,
    also: `${emscripten?.command} ${emscripten?.version} ${process.version}`,
    outputs: outputs(preset, tests),
    run: () =>
      step(`Compiling ${preset}${tests ? " with the kernel tests" : ""} (up to 5 minutes)`, async () => {
        const log = emptyLog(fromRoot("build", "logs", `cmake-${preset}.log`));
        removeForeignBuild(preset, emscripten?.command);
        await mustRun(`Configuring ${preset}`, "cmake", ["--preset", preset, ...testsOption(preset, tests)], {
          env,
          log,
        });
        const target = tests ? "all" : preset.startsWith("wasm") ? "attnlab_module" : "attnlab";
        const parallel = ["--parallel", String(availableParallelism())];
        await mustRun(
          `Compiling ${preset}`,
          "cmake",
          ["--build", "--preset", preset, "--target", target, ...parallel],
          {
            env,
            log,
          },
        );
      }),
  });
}

/**
 * Whether the tests are configured, which needs Catch2: when they are asked for; else a folder keeps what it was configured
 * with, and a new one has none.
 * @param {Preset} preset
 * @param {boolean} tests
 * @returns {string[]}
 */
function testsOption(preset, tests) {
  if (tests) return ["-DATTNLAB_TESTS=ON"];
  return existsSync(join(buildFolder, preset, "CMakeCache.txt")) ? [] : ["-DATTNLAB_TESTS=OFF"];
}

/**
 * Removes a build folder that CMake would refuse to go on with: made for a copy of the project elsewhere, or with another
 * Emscripten.
 * @param {Preset} preset
 * @param {string | undefined} emcc
 */
function removeForeignBuild(preset, emcc) {
  const folder = join(buildFolder, preset);
  const cacheFile = join(folder, "CMakeCache.txt");
  if (!existsSync(cacheFile)) return;
  const cache = readFileSync(cacheFile, "utf8");
  const home = /^CMAKE_HOME_DIRECTORY:\w+=(.*)$/m.exec(cache)?.[1];
  const compiler = /^ATTNLAB_EMCC:\w+=(.*)$/m.exec(cache)?.[1];
  if (home !== root || (emcc !== undefined && compiler !== emcc)) rmSync(folder, { recursive: true, force: true });
}
