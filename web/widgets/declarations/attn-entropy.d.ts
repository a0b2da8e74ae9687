/** Registers `<attn-entropy>`, unless the page has done so already. */
export { AttnEntropy } from "./attn-entropy/element.js";
export type { EntropyNumbers, EntropyState } from "./attn-entropy/element.js";
