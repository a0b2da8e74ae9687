import { load } from "./carrying.js";
import type { Pool, PoolOptions } from "./pool/types.js";

export { load } from "./carrying.js";
export { AttnlabError } from "./errors.js";
export type * from "./public.js";

/**
 * Starts a pool of workers, each with its own instance of the kernels. It has the operations of a lab, with promises.
 *
 * The work of a call is cut by matrices (heads), and where these are few by rows of queries; results are those of one thread
 * to 5e-6. Calls that overlap take turns. No special headers are needed: nothing is shared but the compiled kernels, slices
 * of the inputs are copied to the workers. Where a page's policy or the platform allows no workers, the calling thread
 * computes, and `threads` is 1; a policy has to allow `worker-src blob:` or the package's own address. In Node the pool keeps
 * the process alive only while calls are pending.
 *
 * Takes the options of {@link load} and `threads`. Rejects like `load`, and with TYPE or RANGE for `threads`. A call rejects
 * with MEMORY where there is no room for copies of its inputs, and where its worker dies; another worker takes its place.
 * Cost: about 30 ms and 2 MB for each thread.
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
