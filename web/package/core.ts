/**
 * What the entries take from the package's shared code. The bundler makes one function of this module and all that it
 * imports (tools/bundle-package.mjs): whatever an entry imports at run time comes from here, or it would be there twice.
 */
export { carriedKernels } from "./carried.js";
export { AttnlabError, refuse } from "./errors.js";
export { makeLoad } from "./load.js";
