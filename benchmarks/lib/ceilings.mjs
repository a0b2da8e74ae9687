/**
 * Compiles ceilings/ceilings.c with the project's own Emscripten, once per variant, into benchmarks/.build/.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../tools/lib/report.mjs";
import { buildEnvironment } from "../../tools/lib/toolchain.mjs";

const FOLDER = join(import.meta.dirname, "..");
const SOURCE = join(FOLDER, "ceilings", "ceilings.c");
const OUTPUT = join(FOLDER, ".build", "ceilings");
const FLAGS = ["-std=c11", "-O3", "-Wall", "-Werror", "-msimd128", "-ffp-contract=off", "--no-entry"];
const SETTINGS = ["-sSTANDALONE_WASM", "-sWASM_BIGINT", "-sINITIAL_MEMORY=160MB"];
const VARIANTS = { simd: [], relaxed: ["-mrelaxed-simd"] };

/** @param {string} file */
const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

/** @returns {string} the folder with ceilings.simd.wasm and ceilings.relaxed.wasm */
export function buildCeilings() {
  mkdirSync(OUTPUT, { recursive: true });
  for (const [variant, variantFlags] of Object.entries(VARIANTS)) {
    const target = join(OUTPUT, `ceilings.${variant}.wasm`);
    if (modified(target) > modified(SOURCE)) continue;
    const { status, error } = spawnSync("emcc", [SOURCE, ...FLAGS, ...variantFlags, ...SETTINGS, "-o", target], {
      env: buildEnvironment(),
      stdio: "inherit",
    });
    if (status !== 0) {
      throw new Problem(
        "benchmarks/ceilings/ceilings.c could not be compiled.",
        error?.message ?? "See emcc's message.",
      );
    }
  }
  return OUTPUT;
}
