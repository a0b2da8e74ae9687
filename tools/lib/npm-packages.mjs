// The packages from package-lock.json, installed with `npm ci` when they are not there or not those.

import { existsSync, readFileSync } from "node:fs";
import { emptyLog, findCommand, run } from "./command.mjs";
import { fromRoot } from "./paths.mjs";
import { Problem, step } from "./report.mjs";

const log = fromRoot("build", "logs", "setup-npm.log");

/**
 * Whether node_modules holds what package-lock.json says. npm keeps a list of what it installed; the two are compared
 * package by package, which costs milliseconds and is right after an `npm install` by hand too.
 * @returns {boolean}
 */
export function packagesAreCurrent() {
  const installedFile = fromRoot("node_modules", ".package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(fromRoot("package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || (installed[path] === undefined ? optional === true : installed[path].version === version),
  );
}

/**
 * Installs the npm packages unless they are current.
 * @throws {Problem} When npm fails.
 */
export async function installNpmPackages() {
  if (packagesAreCurrent()) return;
  await step("Installing npm packages (about 1 minute)", async () => {
    if (await npm(["ci", "--no-audit", "--no-fund", "--prefer-offline"], emptyLog(log))) return;
    const remedy = `Is the network reachable? By hand, in the project's folder:\n  npm ci\n${complaint(log)}`;
    throw new Problem("npm could not install the packages.", remedy);
  });
}

/**
 * What npm says is wrong: it comes first and is followed by a page of traces and advice.
 * @param {string} logFile
 */
function complaint(logFile) {
  const lines = readFileSync(logFile, "utf8").split("\n");
  const first = lines.findIndex((line) => line.startsWith("npm error"));
  return lines.slice(Math.max(first, 0)).slice(0, 8).join("\n");
}

/**
 * Runs npm: the very one that runs this program, if npm does.
 * @param {string[]} args
 * @param {string} logFile
 * @param {string} [cwd]
 * @returns {Promise<boolean>}
 */
export function npm(args, logFile, cwd = fromRoot()) {
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js")) return run(process.execPath, [script, ...args], { log: logFile, cwd });
  const command = findCommand("npm");
  if (command === undefined)
    throw new Problem("npm is not on PATH.", "Install Node.js with npm, version 20.19 or newer.");
  return run(command, args, { log: logFile, cwd });
}
