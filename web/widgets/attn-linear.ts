import { AttnLinear } from "./attn-linear/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnLinear.script = import.meta.url;
if (customElements.get("attn-linear") === undefined) customElements.define("attn-linear", AttnLinear);

export { AttnLinear };
