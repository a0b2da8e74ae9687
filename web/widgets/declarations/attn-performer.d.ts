/** Registers `<attn-performer>`, unless the page has done so already. */
export { AttnPerformer } from "./attn-performer/element.js";
export type { PerformerNumbers, PerformerState } from "./attn-performer/element.js";
