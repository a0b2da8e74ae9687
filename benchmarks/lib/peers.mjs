/**
 * The peers' packages live in benchmarks/node_modules and are installed when a benchmark first needs them. Those that
 * browsers cannot import as they are come bundled from build/benchmarks/peers.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildFolder } from "../../tools/lib/paths.mjs";
import { Problem, say } from "../../tools/lib/report.mjs";

const FOLDER = join(import.meta.dirname, "..");

/** @param {string} file */
const json = (file) => JSON.parse(readFileSync(file, "utf8"));

/** @param {string} name @returns {string | undefined} the installed version */
function installedVersion(name) {
  const file = join(FOLDER, "node_modules", name, "package.json");
  return existsSync(file) ? json(file).version : undefined;
}

/** What the page uses of TensorFlow.js: its core with all gradients, and one back end. */
const TENSORFLOW = `
export * from "@tensorflow/tfjs-core";
export { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
`;

/** @returns {Promise<string>} the folder with tensorflow.js */
export async function bundlePeers() {
  const outdir = join(buildFolder, "benchmarks", "peers");
  await build({
    stdin: { contents: TENSORFLOW, resolveDir: FOLDER },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    // Node's modules, which it asks for in Node only.
    external: ["fs", "path", "perf_hooks", "os", "util", "worker_threads", "crypto"],
    outfile: join(outdir, "tensorflow.js"),
    logLevel: "error",
  });
  return outdir;
}

/**
 * Installs what is missing or of another version.
 *
 * @returns {{ name: string, version: string, license: string }[]}
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
  return Object.entries(wanted).map(([name, version]) => ({
    name,
    version: String(version),
    license: json(join(FOLDER, "node_modules", name, "package.json")).license,
  }));
}
