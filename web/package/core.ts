/**
 * What the entries `attnlab` and `attnlab/external` share. The bundler makes one function of this module and all that it
 * imports, and one of base.ts (tools/bundle-package.mjs): whatever these entries import at run time comes from here or from
 * a module of base.ts, or it would be there twice.
 */
export { carriedKernels } from "./carried.js";
export { makeLoad } from "./load.js";
export { makeCreatePool } from "./pool/pool.js";
export { serve } from "./pool/serve.js";
