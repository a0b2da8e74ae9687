import { decodeBase64 } from "./base64.js";
import { AttnlabError } from "./errors.js";
import { gunzip } from "./gunzip.js";
import { instantiate, refuseLoad } from "./instantiate.js";
import type { Lab, Variant } from "./lab.js";
import { Memo, type CarriedKernels } from "./load.js";
import { supportsRelaxedSimd } from "./probe.js";
import { compileBytes } from "./source.js";

/** Gives each build: packed by gzip, which saves a third of what is sent, as base64 text. */
export type KernelTexts = Record<Variant, () => Promise<{ default: string }>>;

/** Makes the loader of the kernels that an entry carries. */
export function carriedKernels(texts: KernelTexts): CarriedKernels {
  const memo = new Memo();

  async function loadVariant(variant: Variant): Promise<Lab> {
    if (variant === "relaxed" && !supportsRelaxedSimd()) {
      refuseLoad("variant", 'is "relaxed"', 'an engine with relaxed SIMD, or "simd"');
    }
    const bytes = await texts[variant]()
      .then(({ default: text }) => gunzip(decodeBase64(text)))
      .catch((cause: unknown) =>
        refuseLoad(
          "variant",
          `"${variant}" could not be imported`,
          "a reachable chunk, and DecompressionStream",
          cause,
        ),
      );
    return instantiate(await compileBytes(bytes, "variant"), "variant");
  }

  async function loadBest(): Promise<Lab> {
    if (supportsRelaxedSimd()) {
      try {
        return await load("relaxed");
      } catch (error) {
        // An engine that knows the instructions but computes wrongly with them gets the plain build.
        if (!(error instanceof AttnlabError)) throw error;
      }
    }
    return load("simd");
  }

  const load: CarriedKernels = (variant) =>
    memo.get(variant, () => (variant === "auto" ? loadBest() : loadVariant(variant)));
  return load;
}
