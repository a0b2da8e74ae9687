import { AttnPerformer } from "./attn-performer/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnPerformer.script = import.meta.url;
if (customElements.get("attn-performer") === undefined) customElements.define("attn-performer", AttnPerformer);

export { AttnPerformer };
