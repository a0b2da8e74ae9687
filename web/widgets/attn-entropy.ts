import { AttnEntropy } from "./attn-entropy/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnEntropy.script = import.meta.url;
if (customElements.get("attn-entropy") === undefined) customElements.define("attn-entropy", AttnEntropy);

export { AttnEntropy };
