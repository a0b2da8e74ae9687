import { AttnExplorer } from "./attn-explorer/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnExplorer.script = import.meta.url;
if (customElements.get("attn-explorer") === undefined) customElements.define("attn-explorer", AttnExplorer);

export { AttnExplorer };
