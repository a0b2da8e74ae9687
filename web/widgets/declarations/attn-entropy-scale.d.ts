/** Registers `<attn-entropy-scale>`, unless the page has done so already. */
export { AttnEntropyScale } from "./attn-entropy-scale/element.js";
export type { EntropyScaleNumbers, EntropyScaleState } from "./attn-entropy-scale/element.js";
