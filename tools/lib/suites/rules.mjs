// Rules that hold for the repository as a whole.

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fromRoot } from "../paths.mjs";
import { trackedFiles } from "../tracked.mjs";

/** @typedef {import("../tally.mjs").Tally} Tally */

const binaryFile = /\.(safetensors|npy|npz|png|jpg|webp|ico|woff2|wasm|gz)$/;

/** Addresses of package registries and their mirrors: which one is used is the business of each machine. */
const registryHost =
  /\b(registry|mirrors?|deb|security|snapshot|archive|files|static)\.[a-z0-9-]+\.(org|com|net|io|dev)\b|\b(npm|py)(js)?(pi)?\.(org|com)\b|\bpythonhosted\./i;

/** Folders of one person's or one machine's. */
const machinePath = /(^|[\s"'`(=:,[])(\/(root|home|Users|work|mnt|media)\/[\w.-]+|[A-Z]:\\Users\\)/;

/**
 * All lines of the tracked text files that match, as "path:line: text".
 * @param {RegExp} pattern
 */
function linesMatching(pattern) {
  return trackedFiles()
    .filter((path) => !binaryFile.test(path))
    .flatMap((path) =>
      readFileSync(fromRoot(path), "utf8")
        .split("\n")
        .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 160)}`] : [])),
    );
}

/** @param {Tally} tally */
export async function rules(tally) {
  tally.none("no file names a package registry's host", linesMatching(registryHost));
  tally.none("no file names a folder of one machine", linesMatching(machinePath));
  tally.none("lock files say nothing about where packages come from", lockFiles().flatMap(addresses));
  tally.none("lock files know the packages of every platform, or `npm ci` refuses them", lockFiles().flatMap(gaps));
  tally.none("the package has no run-time dependencies", runtimeDependencies());
  tally.none("every page is there in English and in Chinese", pagesWithoutTwin());
  tally.none("nothing that is built is committed", trackedFiles(/^(dist|build|node_modules|\.toolchain)\//));
  tally.none("fixtures stay within 4 MB", fixturesTooLarge());
  tally.none("documents and comments name files that exist", [...pathsWithoutFile(), ...sourcesWithoutFile()]);
  tally.none("no sentence is left unfinished", linesMatching(new RegExp("\\b(" + "TO" + "DO|FIX" + "ME|X" + "XX)\\b")));
}

/** @returns {{ path: string, packages: Record<string, { resolved?: string, optionalDependencies?: object }> }[]} */
function lockFiles() {
  return trackedFiles(/(^|\/)package-lock\.json$/).map((path) => {
    const { packages } = JSON.parse(readFileSync(fromRoot(path), "utf8"));
    return { path, packages };
  });
}

/** @param {ReturnType<typeof lockFiles>[number]} lock */
function addresses({ path, packages }) {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined)
    .map(([name]) => `${path}: ${name} has an address`);
}

/**
 * Optional packages (binaries for other platforms) that are named and not described. npm leaves them out when it cannot
 * see them in the registry that it was given.
 * @param {ReturnType<typeof lockFiles>[number]} lock
 */
function gaps({ path, packages }) {
  return Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) =>
          packages[`${owner}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
      )
      .map((name) => `${path}: ${name}, which ${owner} may want, is missing`),
  );
}

function runtimeDependencies() {
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  return [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
}

/** Pages of web/site/en without one of the same name in web/site/zh, and the other way round; likewise the README. */
function pagesWithoutTwin() {
  const missing = (/** @type {string} */ here, /** @type {string} */ there) =>
    trackedFiles(new RegExp(`^web/site/${here}/.*\\.md$`))
      .map((path) => path.replace(`web/site/${here}/`, `web/site/${there}/`))
      .filter((twin) => !existsSync(fromRoot(twin)))
      .map((twin) => `${twin} is missing`);
  const english = trackedFiles(/^web\/site\/en\/.*\.md$/);
  const none = english.length === 0 ? ["there are no pages in web/site/en"] : [];
  const readme = existsSync(fromRoot("README.zh-CN.md")) ? [] : ["README.zh-CN.md is missing"];
  return [...none, ...readme, ...missing("en", "zh"), ...missing("zh", "en")];
}

function fixturesTooLarge() {
  const files = trackedFiles(/^tests\/fixtures\/.*\.(safetensors|npy)$/);
  const bytes = files.reduce((total, path) => total + statSync(fromRoot(path)).size, 0);
  return bytes > 4e6 ? [`tests/fixtures holds ${bytes} bytes of arrays`] : [];
}

/** What is made on each machine and not committed. */
const generated = /(^|\/)(node_modules|latest\.json)(\/|$)/;

/**
 * Paths in the documents for contributors that lead nowhere: whatever stands in backquotes and begins with a folder of the
 * root or one beside the document.
 */
function pathsWithoutFile() {
  const tracked = trackedFiles();
  return trackedFiles(/^(README.*|CONTRIBUTING|benchmarks\/.*)\.md$/).flatMap((document) => {
    const from = (/** @type {string} */ path) => fromRoot(dirname(document), path);
    return [...readFileSync(fromRoot(document), "utf8").matchAll(/`(([\w.-]+)\/[\w./-]*)`/g)].flatMap(
      ([, path = "", folder = ""]) => {
        // What is built is not there in a fresh clone.
        const begins = [folder, join(dirname(document), folder)].some((known) =>
          tracked.some((file) => file.startsWith(`${known}/`)),
        );
        const ends = existsSync(fromRoot(path)) || existsSync(from(path)) || generated.test(path);
        return begins && !ends ? [`${document}: ${path}`] : [];
      },
    );
  });
}

/** C++ files that a comment refers to and that are not there. */
function sourcesWithoutFile() {
  const names = new Set(trackedFiles().map((path) => basename(path)));
  return trackedFiles(/\.(h|cpp|c)$/).flatMap((path) =>
    readFileSync(fromRoot(path), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        [...(/\/\/.*/.exec(line)?.[0] ?? "").matchAll(/[\w./-]+\.(?:h|cpp)\b/g)]
          .filter(([name]) => !names.has(basename(name)))
          .map(([name]) => `${path}:${index + 1}: ${name}`),
      ),
  );
}
