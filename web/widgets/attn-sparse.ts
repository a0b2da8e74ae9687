import { AttnSparse } from "./attn-sparse/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnSparse.script = import.meta.url;
if (customElements.get("attn-sparse") === undefined) customElements.define("attn-sparse", AttnSparse);

export { AttnSparse };
