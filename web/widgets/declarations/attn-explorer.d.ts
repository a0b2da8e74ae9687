/** Registers `<attn-explorer>`, unless the page has done so already. */
export { AttnExplorer } from "./attn-explorer/element.js";
export type { ExplorerNumbers, ExplorerState } from "./attn-explorer/element.js";
