// The C++ kernels: their Catch2 tests natively and as WebAssembly, and the installed library in a project of its own.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { buildPreset } from "../cmake.mjs";
import { run } from "../command.mjs";
import { buildFolder, fromRoot } from "../paths.mjs";

/** @typedef {import("../tally.mjs").Tally} Tally */

/**
 * Runs the kernel tests of a preset through CTest, which knows the flags that its Node needs, and counts test cases.
 * @param {import("../cmake.mjs").Preset} preset
 * @returns {(tally: Tally) => Promise<void>}
 */
export const kernels = (preset) => async (tally) => {
  await buildPreset(preset, { tests: true });
  const ok = await run("ctest", ["--preset", preset, "--verbose"], { log: tally.log, limitSeconds: 1800 });
  const { passed, failed } = countTestCases(readFileSync(tally.log, "utf8"));
  tally.passed += passed;
  tally.failed += failed;
  tally.close(ok);
};

/**
 * Reads the closing lines of Catch2, version 2 or 3, from a log; more than one run is added up.
 * @param {string} log
 * @returns {{ passed: number, failed: number }}
 */
export function countTestCases(log) {
  const plain = stripVTControlCharacters(log);
  let passed = 0;
  let failed = 0;
  for (const [, cases] of plain.matchAll(/All tests passed \(\d+ assertions? in (\d+) test cases?\)/g))
    passed += Number(cases);
  for (const [line] of plain.matchAll(/test cases: .*/g)) {
    passed += Number(/(\d+) passed/.exec(line)?.[1] ?? 0);
    failed += Number(/(\d+) failed/.exec(line)?.[1] ?? 0);
  }
  return { passed, failed };
}

/**
 * Installs the library into an empty folder and builds and runs a project that finds it there with find_package.
 * @param {Tally} tally
 */
export async function consumer(tally) {
  await buildPreset("release", { tests: false });
  const folder = join(buildFolder, "consumer");
  const [installed, built] = [join(folder, "installed"), join(folder, "built")];
  rmSync(folder, { recursive: true, force: true });

  /** @type {[string, string, string[]][]} */
  const acts = [
    ["cmake --install", "cmake", ["--install", join(buildFolder, "release"), "--prefix", installed]],
    [
      "find_package(attnlab) in another project",
      "cmake",
      ["-S", fromRoot("tests/kernels/consumer"), "-B", built, "-G", "Ninja", `-DCMAKE_PREFIX_PATH=${installed}`],
    ],
    ["its compilation", "cmake", ["--build", built]],
    ["its run", "ctest", ["--test-dir", built, "--verbose", "--no-tests=error"]],
  ];
  for (const [name, command, args] of acts) {
    const ok = await run(command, args, { log: tally.log });
    tally.check(`${name} succeeds`, ok);
    if (!ok) return;
  }
}
