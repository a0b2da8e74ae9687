// Debian's packages: installing them with apt-get, and reading where the machine gets them from.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ask, emptyLog, findCommand, run, tail } from "./command.mjs";
import { filesBelow } from "./files.mjs";
import { fromRoot } from "./paths.mjs";
import { Problem, say, step } from "./report.mjs";

const log = fromRoot("build", "logs", "setup-apt.log");
const hour = 3600 * 1000;

/** @returns {Record<string, string>} The fields of /etc/os-release, unquoted; empty where there is none. */
export function operatingSystem() {
  if (!existsSync("/etc/os-release")) return {};
  const lines = readFileSync("/etc/os-release", "utf8").matchAll(/^(\w+)="?(.*?)"?$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/**
 * How to run a command with the rights to install packages.
 * @returns {string[] | undefined} The words before the command; undefined when there is no way without a password.
 */
function privilege() {
  if (process.getuid?.() === 0) return [];
  return findCommand("sudo") !== undefined && ask("sudo", ["-n", "true"]).ok ? ["sudo", "-n"] : undefined;
}

/** Whether apt's package lists are absent or older than a day. */
function listsAreOld() {
  const folder = "/var/lib/apt/lists";
  const lists = existsSync(folder) ? readdirSync(folder).filter((name) => name.includes("_Packages")) : [];
  return !lists.some((name) => Date.now() - statSync(join(folder, name)).mtimeMs < 24 * hour);
}

/**
 * @param {string[]} words The words before apt-get.
 * @param {string[]} args
 */
function aptGet(words, args) {
  const [command = "", ...rest] = [...words, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "apt-get", ...args];
  return run(command, rest, { log });
}

/**
 * @param {string[]} words
 * @param {string[]} packages
 */
function install(words, packages) {
  const quiet = ["-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300"];
  return aptGet(words, ["install", "--yes", "--no-install-recommends", ...quiet, ...packages]);
}

/**
 * Installs what is missing in one call of apt-get.
 * @param {import("./requirements.mjs").Requirement[]} missing
 * @throws {Problem} When there is no apt-get, no right to use it, or it fails; the remedy names what to install.
 */
export async function installPackages(missing) {
  const needed = missing.filter(({ optional }) => optional !== true);
  const byHand = `apt-get install --no-install-recommends ${missing.flatMap(({ packages }) => packages).join(" ")}`;
  const names = missing.map(({ name }) => name).join("\n  ");

  if (findCommand("apt-get") === undefined) {
    giveUp(needed, new Problem("This machine has no apt-get, so these must be installed by hand:", `  ${names}`));
    return;
  }
  const words = privilege();
  if (words === undefined) {
    const remedy = `Run this as root, then try again:\n  ${byHand}`;
    giveUp(needed, new Problem("System packages are missing, and this user may not install them.", remedy));
    return;
  }

  const all = missing.flatMap(({ packages }) => packages);
  await step(`Installing system packages with apt-get: ${all.join(", ")} (1 to 10 minutes)`, async () => {
    emptyLog(log);
    const refreshed = listsAreOld();
    if (refreshed) await aptGet(words, ["update"]);
    if (await install(words, all)) return;
    if (!refreshed && (await aptGet(words, ["update"])) && (await install(words, all))) return;
    if (needed.length > 0 && needed.length < missing.length) {
      const withoutOptional = needed.flatMap(({ packages }) => packages);
      if (await install(words, withoutOptional)) return;
    }
    const remedy = `Is the network reachable? By hand, as root:\n  apt-get update\n  ${byHand}\n${tail(log, 15)}`;
    giveUp(needed, new Problem("apt-get could not install the system packages.", remedy));
  });
}

/**
 * Throws when something that is really needed is missing; else only tells.
 * @param {import("./requirements.mjs").Requirement[]} needed
 * @param {Problem} problem
 */
function giveUp(needed, problem) {
  if (needed.length > 0) throw problem;
  say(`[attnlab] Going on without optional packages. ${problem.message}`);
}

/**
 * The machine's own source of Debian's packages, rewritten to name another release. Hosts, keys and options stay as the
 * machine has them.
 * @param {string} release The release wanted, such as "trixie".
 * @param {string} codename The machine's release, such as "bookworm".
 * @param {string} [folder] Where apt keeps its configuration.
 * @returns {{ extension: "sources" | "list", text: string } | undefined} Undefined when no source for the machine's own
 *   release was found.
 */
export function sourceForRelease(release, codename, folder = "/etc/apt") {
  const suites = new Set([codename, "stable", "oldstable"]);
  for (const file of [join(folder, "sources.list"), ...filesBelow(join(folder, "sources.list.d"))]) {
    if (!existsSync(file)) continue;
    const text = readFileSync(file, "utf8");
    const found = file.endsWith(".sources") ? fromStanzas(text, suites, release) : fromLines(text, suites, release);
    if (found !== undefined) return { extension: file.endsWith(".sources") ? "sources" : "list", text: found };
  }
  return undefined;
}

/**
 * Files in the deb822 format: stanzas of "Field: value", separated by empty lines.
 * @param {string} text
 * @param {Set<string>} suites
 * @param {string} release
 */
function fromStanzas(text, suites, release) {
  const stanzas = text.replace(/^#.*\n?/gm, "").split(/\n\s*\n/);
  const own = stanzas.find((stanza) => {
    const field = /** @param {string} name */ (name) =>
      (new RegExp(`^${name}:(.*)$`, "im").exec(stanza)?.[1] ?? "").trim().split(/\s+/);
    return (
      field("Types").includes("deb") && field("Suites").some((suite) => suites.has(suite)) && isOn(field("Enabled"))
    );
  });
  return own
    ?.trim()
    .replace(/^Suites:.*$/im, `Suites: ${release}`)
    .replace(/^Types:.*$/im, "Types: deb")
    .concat("\n");
}

/** @param {string[]} enabled The words of a stanza's field "Enabled". */
const isOn = ([word = ""]) => !/^(no|false|off)$/i.test(word);

/**
 * Files of one source per line: deb [options] address suite components.
 * @param {string} text
 * @param {Set<string>} suites
 * @param {string} release
 */
function fromLines(text, suites, release) {
  for (const line of text.split("\n")) {
    const [, before, suite, components] = /^(deb\s+(?:\[[^\]]*\]\s+)?\S+\s+)(\S+)(\s+.*)$/.exec(line.trim()) ?? [];
    if (suite !== undefined && suites.has(suite)) return `${before}${release}${components}\n`;
  }
  return undefined;
}
