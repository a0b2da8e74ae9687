// What the machine must have besides Node: each requirement with how to see that it is there, the Debian package that
// brings it, and the words for a person whose machine is another.

import { existsSync } from "node:fs";
import { atLeast, findCommand, versionOf } from "./command.mjs";

/**
 * @typedef {object} Requirement
 * @property {string} name What a person would call it.
 * @property {string[]} packages Debian packages that bring it.
 * @property {() => boolean} present
 * @property {boolean} [optional] Its absence is reported and does not stop anything.
 */

/**
 * For whom the machine is made ready: `build` compiles, `test` needs all that `build` does and more.
 * @typedef {"build" | "test"} Purpose
 */

const includeRoots = ["/usr/include", "/usr/local/include", "/opt/homebrew/include"];

/** @param {...string} headers Any one of these, below any usual include folder. */
const header =
  (...headers) =>
  () =>
    headers.some((name) => includeRoots.some((folder) => existsSync(`${folder}/${name}`)));

/** @param {...string} names Any one of these programs on PATH. */
const program =
  (...names) =>
  () =>
    names.some((name) => findCommand(name) !== undefined);

/** @type {Requirement[]} */
const toBuild = [
  {
    name: "CMake 3.25 or newer",
    packages: ["cmake"],
    present: () => findCommand("cmake") !== undefined && atLeast(versionOf("cmake"), [3, 25]),
  },
  { name: "Ninja", packages: ["ninja-build"], present: program("ninja", "ninja-build") },
  { name: "Python 3 (Emscripten runs on it)", packages: ["python3"], present: program("python3") },
  { name: "Eigen 3.4", packages: ["libeigen3-dev"], present: header("eigen3/Eigen/Core", "Eigen/Core") },
];

/**
 * The compiler that the private copy of Emscripten drives; an Emscripten on PATH brings its own.
 * @type {Requirement[]}
 */
const forPrivateEmscripten = [
  { name: "Clang 19", packages: ["clang-19"], present: () => existsSync("/usr/bin/clang-19") },
  { name: "LLD 19", packages: ["lld-19"], present: () => existsSync("/usr/bin/wasm-ld-19") },
  { name: "LLVM 19", packages: ["llvm-19"], present: () => existsSync("/usr/bin/llvm-ar-19") },
];

/** @type {Requirement[]} */
const toTest = [
  { name: "a C++20 compiler", packages: ["g++"], present: program("c++") },
  { name: "Catch2", packages: ["catch2"], present: header("catch2/catch.hpp", "catch2/catch_all.hpp") },
  { name: "clang-format 19", packages: ["clang-format-19"], present: program("clang-format-19") },
  { name: "clang-tidy 19", packages: ["clang-tidy-19"], present: program("clang-tidy-19") },
  {
    name: "Chromium (or CHROME_PATH naming a browser)",
    packages: ["chromium"],
    present: () => findBrowser() !== undefined,
  },
  {
    name: "fonts for the browser tests, Chinese ones among them",
    packages: ["fonts-liberation", "fonts-noto-cjk"],
    present: () =>
      process.platform !== "linux" ||
      (existsSync("/usr/share/fonts/truetype/liberation") && existsSync("/usr/share/fonts/opentype/noto")),
    optional: true,
  },
];

/**
 * The browser for tests: what CHROME_PATH names, else a Chromium or Chrome in a usual place.
 * @returns {string | undefined}
 */
export function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== "") return existsSync(named) ? named : undefined;
  const onPath = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].map((name) =>
    findCommand(name),
  );
  const elsewhere = [
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ].filter(existsSync);
  return [...onPath, ...elsewhere].find((browser) => browser !== undefined);
}

/**
 * What is needed and absent.
 * @param {Purpose} purpose
 * @param {{ privateEmscripten: boolean }} plan Whether the private copy of Emscripten is, or will be, what compiles.
 * @returns {Requirement[]}
 */
export function missingRequirements(purpose, { privateEmscripten }) {
  return [...toBuild, ...(privateEmscripten ? forPrivateEmscripten : []), ...(purpose === "test" ? toTest : [])].filter(
    (requirement) => !requirement.present(),
  );
}
