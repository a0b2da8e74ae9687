/** Registers `<attn-norms>`, unless the page has done so already. */
export { AttnNorms } from "./attn-norms/element.js";
export type { NormsNumbers, NormsState } from "./attn-norms/element.js";
