// Modules that the bundler makes (tools/bundle-widgets.mjs): binaries as bytes, and data boiled down from the fixtures.

declare module "virtual:kernels.simd.wasm" {
  const bytes: Uint8Array;
  export default bytes;
}

declare module "virtual:sentence.extract.safetensors" {
  const bytes: Uint8Array;
  export default bytes;
}

declare module "virtual:texts" {
  interface ShippedText {
    readonly source: string;
    readonly tokens: readonly string[];
    /** Layers there is data for, counted from 1. */
    readonly layers: readonly number[];
  }
  const texts: {
    readonly model: string;
    /** Layers of the model. */
    readonly layers: number;
    readonly heads: number;
    readonly d: number;
    /** The layer of the sentence that rides in the widget, counted from 1. */
    readonly extractLayer: number;
    readonly sentence: ShippedText;
    readonly passage: ShippedText;
  };
  export default texts;
}

declare module "virtual:worker-text" {
  /** Source of the widget's worker, for the single-file build. */
  const text: string;
  export default text;
}
