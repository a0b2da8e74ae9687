// Makes the machine ready: system packages, Emscripten, npm packages. What is there already is left as it is, so that a
// second run costs a fraction of a second. Only Node's own modules are imported here, for nothing else is there yet.
//
//   node tools/setup.mjs [--for build|test]

import { installPackages } from "./lib/apt.mjs";
import { atLeast, parseVersion } from "./lib/command.mjs";
import { canFetchEmscripten, providePrivateEmscripten, verifyPrivateEmscripten } from "./lib/emscripten.mjs";
import { installNpmPackages } from "./lib/npm-packages.mjs";
import { Problem, asProgram, say, since } from "./lib/report.mjs";
import { missingRequirements } from "./lib/requirements.mjs";
import { emscriptenInToolchain, emscriptenOnPath, findEmscripten } from "./lib/toolchain.mjs";

/**
 * Makes the machine ready.
 * @param {import("./lib/requirements.mjs").Purpose} purpose
 * @throws {AggregateError} Of Problems, one for each thing that has to be done by hand.
 */
export async function setup(purpose) {
  const start = performance.now();
  checkNode();
  const onPath = emscriptenOnPath() !== undefined;
  const unpacked = emscriptenInToolchain() !== undefined;
  const privateEmscripten = !onPath && (unpacked || canFetchEmscripten());
  const missing = missingRequirements(purpose, { privateEmscripten });

  // The three wait for the network most of the time, and none needs another.
  const results = await Promise.allSettled([
    missing.length > 0 ? installPackages(missing) : undefined,
    onPath ? undefined : providePrivateEmscripten(),
    installNpmPackages(),
  ]);
  const problems = results.filter((result) => result.status === "rejected").map(({ reason }) => reason);
  if (problems.length > 0) throw new AggregateError(problems);
  if (!onPath && !unpacked) verifyPrivateEmscripten();

  const emscripten = findEmscripten();
  const origin = emscripten?.kind === "path" ? "on PATH" : "in .toolchain";
  say(`[attnlab] The machine is ready (Emscripten ${emscripten?.version} ${origin}; checked in ${since(start)}).`);
}

/** @throws {Problem} When this Node is too old for the packages that the build uses. */
function checkNode() {
  const version = parseVersion(process.versions.node);
  if (version[0] === 20 ? atLeast(version, [20, 19]) : atLeast(version, [22, 12])) return;
  throw new Problem(`Node ${process.versions.node} is too old.`, "Install Node 20.19 or newer, or 22.12 or newer.");
}

await asProgram(import.meta.url, async (args) => {
  await setup(args.at(args.indexOf("--for") + 1) === "test" ? "test" : "build");
});
