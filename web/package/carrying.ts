// The `load` of `attnlab` in a module of its own, without the pool: the widgets take it.

import { carriedKernels } from "./carried.js";
import type { Lab } from "./lab.js";
import { makeLoad } from "./load.js";
import type { LoadOptions } from "./source.js";

/** Each build is text in a chunk of its own, imported when it is wanted: no second file to serve, no address to get right. */
const carried = carriedKernels({
  simd: () => import("../../build/package/kernels.simd.js"),
  relaxed: () => import("../../build/package/kernels.relaxed.js"),
});

/**
 * Loads the kernels. Call it as often as you like: there is one instance per variant and source, shared by all callers; a
 * load that failed is tried again.
 *
 * Without a source the kernels come from a chunk of this package that is imported now; `wasmUrl`, `wasmBinary` or
 * `wasmModule` name another one. Under a Content-Security-Policy, WebAssembly needs `script-src 'wasm-unsafe-eval'`. Every
 * build is checked by known answers before it is used; with `variant: "auto"` a build that fails gives way to the other.
 *
 * Rejects with an AttnlabError: TYPE or VALUE for the options (also for a source that holds another build than `variant`
 * says), LOAD if the kernels cannot be fetched, compiled or trusted; `variant: "relaxed"` in an engine without relaxed SIMD
 * is LOAD, argument `variant`. Cost: about 20 ms, once.
 *
 * @example
 * ```js
 * import { load } from "attnlab";
 *
 * const lab = await load();
 * const q = lab.tensor(new Float32Array(8 * 16 * 64).fill(0.1), [8, 16, 64]);
 * const y = lab.attention(q, q, q, { causal: true });
 * console.log(y.shape); // [ 8, 16, 64 ]
 * ```
 */
export const load: (options?: LoadOptions) => Promise<Lab> = makeLoad(carried);
