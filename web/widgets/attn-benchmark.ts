import { AttnBenchmark } from "./attn-benchmark/element.js";

// A page may carry the script twice (theme and post); the first one wins.
AttnBenchmark.script = import.meta.url;
if (customElements.get("attn-benchmark") === undefined) customElements.define("attn-benchmark", AttnBenchmark);

export { AttnBenchmark };
