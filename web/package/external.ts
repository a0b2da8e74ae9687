import { load } from "./given.js";
import type { Pool, PoolOptions } from "./pool/types.js";

export { AttnlabError } from "./errors.js";
export { load } from "./given.js";
export type * from "./public.js";

/** Starts a pool of workers, as `createPool` of the main entry does, with kernels from the source you name. */
export const createPool = async (options: PoolOptions): Promise<Pool> =>
  (await import("./pool/pool.js")).createPool(load, options);
