/** Registers `<attn-linear>`, unless the page has done so already. */
export { AttnLinear } from "./attn-linear/element.js";
export type { LinearNumbers, LinearState } from "./attn-linear/element.js";
