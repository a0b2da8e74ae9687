import { carriedKernels } from "./carried.js";
import type { Lab } from "./lab.js";
import { makeLoad } from "./load.js";
import type { Pool, PoolOptions } from "./pool/types.js";
import type { LoadOptions } from "./source.js";

export { AttnlabError } from "./errors.js";
export type * from "./public.js";

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

/**
 * Starts a pool of workers, each with its own instance of the kernels. It has the operations of a lab, with promises.
 *
 * The work of a call is cut by matrices (heads), and where these are few by rows of queries; results are those of one thread
 * to 5e-6. Calls that overlap take turns. No special headers are needed: nothing is shared but the compiled kernels, slices
 * of the inputs are copied to the workers. Where a page's policy or the platform allows no workers, the calling thread
 * computes, and `threads` is 1; a policy has to allow `worker-src blob:` or the package's own address. In Node the pool keeps
 * the process alive only while calls are pending.
 *
 * Takes the options of {@link load} and `threads`. Rejects like `load`, and with TYPE or RANGE for `threads`. A call whose
 * worker dies rejects with MEMORY; another worker takes its place. Cost: about 30 ms and 2 MB for each thread.
 *
 * @example
 * ```js
 * import { createPool } from "attnlab";
 *
 * const pool = await createPool({ threads: 2 });
 * const q = { data: new Float32Array(8 * 512 * 64).fill(0.1), shape: [8, 512, 64] };
 * const y = await pool.attention(q, q, q, { causal: true, signal: AbortSignal.timeout(60000) });
 * console.log(y.shape, pool.threads); // [ 8, 512, 64 ] 2
 * await pool.terminate();
 * ```
 */
export const createPool = async (options?: PoolOptions): Promise<Pool> =>
  (await import("./pool/pool.js")).createPool(load, options);
