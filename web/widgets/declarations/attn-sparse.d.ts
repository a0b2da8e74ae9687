/** Registers `<attn-sparse>`, unless the page has done so already. */
export { AttnSparse } from "./attn-sparse/element.js";
export type { SparseNumbers, SparseState } from "./attn-sparse/element.js";
