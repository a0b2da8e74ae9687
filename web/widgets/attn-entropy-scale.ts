import { AttnEntropyScale } from "./attn-entropy-scale/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnEntropyScale.script = import.meta.url;
if (customElements.get("attn-entropy-scale") === undefined) {
  customElements.define("attn-entropy-scale", AttnEntropyScale);
}

export { AttnEntropyScale };
