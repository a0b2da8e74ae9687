/**
 * Compiles ceilings/*.c with the project's own Emscripten into build/benchmarks/: arithmetic once per binary of attnlab,
 * memory traffic once.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildFolder } from "../../tools/lib/paths.mjs";
import { Problem } from "../../tools/lib/report.mjs";
import { buildEnvironment } from "../../tools/lib/toolchain.mjs";

const FOLDER = join(import.meta.dirname, "..");
const OUTPUT = join(buildFolder, "benchmarks", "ceilings");
const FLAGS = ["-std=c11", "-O3", "-Wall", "-Werror", "-msimd128", "-ffp-contract=off", "--no-entry"];
const SETTINGS = ["-sSTANDALONE_WASM", "-sWASM_BIGINT"];

/** @type {Record<string, { source: string, flags: string[] }>} */
const MODULES = {
  "arithmetic.simd": { source: "arithmetic.c", flags: [] },
  "arithmetic.relaxed": { source: "arithmetic.c", flags: ["-mrelaxed-simd"] },
  traffic: { source: "traffic.c", flags: ["-sINITIAL_MEMORY=160MB"] },
};

/** @param {string} file */
const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

/** @returns {string} the folder with `${module}.wasm` for each of MODULES */
export function buildCeilings() {
  mkdirSync(OUTPUT, { recursive: true });
  for (const [name, { source, flags }] of Object.entries(MODULES)) {
    const [from, target] = [join(FOLDER, "ceilings", source), join(OUTPUT, `${name}.wasm`)];
    if (modified(target) > modified(from)) continue;
    const { status, error } = spawnSync("emcc", [from, ...FLAGS, ...flags, ...SETTINGS, "-o", target], {
      env: buildEnvironment(),
      stdio: "inherit",
    });
    if (status !== 0) {
      throw new Problem(
        `benchmarks/ceilings/${source} could not be compiled.`,
        error?.message ?? "See emcc's message.",
      );
    }
  }
  return OUTPUT;
}
