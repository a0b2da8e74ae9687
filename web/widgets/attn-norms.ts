import { AttnNorms } from "./attn-norms/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnNorms.script = import.meta.url;
if (customElements.get("attn-norms") === undefined) customElements.define("attn-norms", AttnNorms);

export { AttnNorms };
