// The `load` of `attnlab/external` in a module of its own, which imports nothing lazily: the widgets' workers take it.

import { refuse } from "./errors.js";
import type { Lab } from "./lab.js";
import { makeLoad } from "./load.js";
import { programText } from "./pool/program.js";
import type { LoadOptions } from "./source.js";

/** An expression whose value is `load`, for the text of a worker. */
export const loadText = (): string => programText("makeLoad");

/**
 * Loads the kernels from the source you name: `wasmUrl`, `wasmBinary` or `wasmModule`. Nothing is carried in this entry: it
 * is for pages that stream the `.wasm` file and for platforms that only take compiled modules. The binaries are
 * `attnlab/kernels.simd.wasm` (every engine) and `attnlab/kernels.relaxed.wasm`.
 *
 * There is one instance per variant and source, shared by all callers; a load that failed is tried again. Every binary is
 * checked by known answers before it is used.
 *
 * Rejects with an AttnlabError: TYPE or VALUE for the options (TYPE, argument `wasmUrl`, if no source is named; VALUE for a
 * source that holds another build than `variant` says), LOAD if the kernels cannot be fetched, compiled or trusted.
 *
 * @example
 * ```js
 * import { load } from "attnlab/external";
 *
 * const lab = await load({ wasmUrl: import.meta.resolve("attnlab/kernels.simd.wasm") });
 * console.log(lab.variant); // simd
 * ```
 */
export const load: (options: LoadOptions) => Promise<Lab> = makeLoad(() => {
  refuse("TYPE", "load", "wasmUrl", "undefined", "an address, where neither wasmBinary nor wasmModule is given");
});
