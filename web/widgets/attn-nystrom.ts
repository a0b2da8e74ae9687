import { AttnNystrom } from "./attn-nystrom/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnNystrom.script = import.meta.url;
if (customElements.get("attn-nystrom") === undefined) customElements.define("attn-nystrom", AttnNystrom);

export { AttnNystrom };
