import { AttnCompare } from "./attn-compare/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnCompare.script = import.meta.url;
if (customElements.get("attn-compare") === undefined) customElements.define("attn-compare", AttnCompare);

export { AttnCompare };
