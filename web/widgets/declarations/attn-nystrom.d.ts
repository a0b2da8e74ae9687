/** Registers `<attn-nystrom>`, unless the page has done so already. */
export { AttnNystrom } from "./attn-nystrom/element.js";
export type { NystromNumbers, NystromState } from "./attn-nystrom/element.js";
