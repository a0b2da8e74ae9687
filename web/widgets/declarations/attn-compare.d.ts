/** Registers `<attn-compare>`, unless the page has done so already. */
export { AttnCompare } from "./attn-compare/element.js";
export type { CompareNumbers, CompareState } from "./attn-compare/element.js";
