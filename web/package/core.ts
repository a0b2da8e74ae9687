/**
 * What `attnlab` and `attnlab/external` load, and what a worker of a pool needs. The bundler makes one function of this module
 * and all that it imports, and one of base.ts (tools/bundle-package.mjs): whatever others import at run time from a module
 * that is named here, or in base.ts, comes from these; what is not named, they would carry a second time.
 */
export { carriedKernels } from "./carried.js";
export { engineOf } from "./instantiate.js";
export { BODIES } from "./lab.js";
export { makeLoad } from "./load.js";
export { answer, buffersIn, prepare, valueOf } from "./pool/message.js";
export { nodeModule } from "./pool/node.js";
export { programText } from "./pool/program.js";
export { serve } from "./pool/serve.js";
export { LOAD_READERS } from "./source.js";
