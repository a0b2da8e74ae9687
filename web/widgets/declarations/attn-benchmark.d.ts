/** Registers `<attn-benchmark>`, unless the page has done so already. */
export { AttnBenchmark } from "./attn-benchmark/element.js";
export type { BenchmarkNumbers, BenchmarkState } from "./attn-benchmark/element.js";
