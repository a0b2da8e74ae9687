import { decodeBase64 } from "./base64.js";
import { AttnlabError } from "./errors.js";
import { instantiate, refuseLoad } from "./instantiate.js";
import type { Lab, Variant } from "./lab.js";
import { Memo } from "./load.js";
import { supportsRelaxedSimd } from "./probe.js";
import { compileBytes } from "./source.js";

const memo = new Memo();

/** Each build is text in a chunk of its own, imported when it is wanted: no second file to serve, no address to get right. */
const texts: Record<Variant, () => Promise<{ default: string }>> = {
  simd: () => import("../../build/package/kernels.simd.js"),
  relaxed: () => import("../../build/package/kernels.relaxed.js"),
};

/** Loads the kernels that the package carries. */
export function loadCarried(variant: "auto" | Variant): Promise<Lab> {
  return memo.get(variant, () => (variant === "auto" ? loadBest() : loadVariant(variant)));
}

async function loadVariant(variant: Variant): Promise<Lab> {
  if (variant === "relaxed" && !supportsRelaxedSimd()) {
    refuseLoad("variant", 'is "relaxed"', 'an engine with relaxed SIMD, or "simd"');
  }
  const { default: text } = await texts[variant]().catch((cause: unknown) =>
    refuseLoad("variant", `"${variant}" could not be imported`, "a reachable chunk of the package", cause),
  );
  return instantiate(await compileBytes(decodeBase64(text), "variant"), "variant");
}

async function loadBest(): Promise<Lab> {
  if (supportsRelaxedSimd()) {
    try {
      return await loadCarried("relaxed");
    } catch (error) {
      // An engine that knows the instructions but computes wrongly with them gets the plain build.
      if (!(error instanceof AttnlabError)) throw error;
    }
  }
  return loadCarried("simd");
}
