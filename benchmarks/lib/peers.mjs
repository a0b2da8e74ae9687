/**
 * The peers' packages live in benchmarks/node_modules and are installed when a benchmark first needs them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Problem, say } from "../../tools/lib/report.mjs";

const FOLDER = join(import.meta.dirname, "..");

/** @param {string} file */
const json = (file) => JSON.parse(readFileSync(file, "utf8"));

/** @param {string} name @returns {string | undefined} the installed version */
function installedVersion(name) {
  const file = join(FOLDER, "node_modules", name, "package.json");
  return existsSync(file) ? json(file).version : undefined;
}

/**
 * Installs what is missing or of another version.
 *
 * @returns {Record<string, string>} the version of each peer
 */
export function installPeers() {
  const wanted = json(join(FOLDER, "package.json")).dependencies;
  if (Object.entries(wanted).some(([name, version]) => installedVersion(name) !== version)) {
    say("Installing the peers into benchmarks/node_modules");
    const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: FOLDER,
      stdio: "inherit",
    });
    if (status !== 0) throw new Problem("The peers could not be installed.", "Run `npm ci` in benchmarks/ to see why.");
  }
  return wanted;
}
