// Starting other programs: finding them, reading what they say, or letting them write into a log.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { root } from "./paths.mjs";
import { Problem } from "./report.mjs";

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd] Working folder; the repository's root when absent.
 * @property {NodeJS.ProcessEnv} [env] The whole environment; this process's own when absent.
 */

/**
 * Finds a program on PATH.
 * @param {string} name
 * @param {string} [path] A PATH to search instead of the environment's.
 * @returns {string | undefined} Its absolute path.
 */
export function findCommand(name, path = process.env.PATH ?? "") {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end and returns what it printed. For quick questions; nothing is shown.
 * @param {string} command
 * @param {string[]} args
 * @param {CommandOptions} [options]
 * @returns {{ ok: boolean, stdout: string, stderr: string }} `ok` is false when it failed or could not be started.
 */
export function ask(command, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    env: options.env ?? process.env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 256 * 1024 * 1024,
  });
  return { ok: status === 0, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/**
 * Makes a log file empty, for what follows to be added to it.
 * @param {string} log
 * @returns {string} The same path.
 */
export function emptyLog(log) {
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, "");
  return log;
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {CommandOptions & { log?: string, limitSeconds?: number }} [options] `log`: all it prints is added to this file;
 *   without, it is shown. `limitSeconds`: after so long it is ended and counts as failed (3600 when absent).
 * @returns {Promise<boolean>} Whether it ended with exit code 0.
 */
export function run(command, args, { cwd = root, env = process.env, log, limitSeconds = 3600 } = {}) {
  if (log !== undefined) mkdirSync(dirname(log), { recursive: true });
  const output = log === undefined ? undefined : openSync(log, "a");
  return new Promise((settle) => {
    const stdio = output ?? "inherit";
    const limit = { timeout: limitSeconds * 1000, killSignal: /** @type {const} */ ("SIGKILL") };
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", stdio, stdio], ...limit });
    /** @param {boolean} ok */
    const end = (ok) => {
      if (output !== undefined) closeSync(output);
      settle(ok);
    };
    child.once("error", () => {
      child.removeAllListeners("close");
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}

/**
 * As `run`, but a failure is a Problem that shows the end of the log.
 * @param {string} what What failed, as the subject of a sentence: "The C++ build".
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function mustRun(what, command, args, options = {}) {
  if (await run(command, args, options)) return;
  const said = options.log === undefined ? "" : `\n${tail(options.log, 40)}`;
  throw new Problem(`${what} failed.`, `The command was: ${[command, ...args].join(" ")}${said}`);
}

/**
 * The last lines of a log, under a line that names it.
 * @param {string} log
 * @param {number} lines
 * @returns {string}
 */
export function tail(log, lines) {
  const text = readFileSync(log, "utf8").trimEnd();
  return `The end of ${relative(root, log)}:\n${text.split("\n").slice(-lines).join("\n")}`;
}

/**
 * The first dotted number in a program's `--version`, as comparable numbers.
 * @param {string} command
 * @param {CommandOptions} [options]
 * @returns {number[]} Empty when the program cannot be run.
 */
export function versionOf(command, options) {
  const { ok, stdout } = ask(command, ["--version"], options);
  return ok ? parseVersion(stdout) : [];
}

/**
 * The first dotted number in a text: "cmake version 3.25.1" gives [3, 25, 1].
 * @param {string} text
 * @returns {number[]}
 */
export function parseVersion(text) {
  return (/\d+(?:\.\d+)+/.exec(text)?.[0] ?? "").split(".").filter(Boolean).map(Number);
}

/**
 * Whether version `have` is `least` or newer, compared part by part.
 * @param {number[]} have
 * @param {number[]} least
 * @returns {boolean}
 */
export function atLeast(have, least) {
  if (have.length === 0) return false;
  for (const [index, wanted] of least.entries()) {
    const part = have[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
