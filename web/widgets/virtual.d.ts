// Modules that the bundler makes (tools/bundle-widgets.mjs): binaries as bytes, and data boiled down from the fixtures.

declare module "virtual:kernels.simd.wasm.gz" {
  /** Packed by gzip. */
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module "virtual:sentence.extract.planes" {
  /** A safetensors file, to be unpacked by shared/planes.ts. */
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module "virtual:sentence.heads.planes" {
  /** A safetensors file, to be unpacked by shared/planes.ts. */
  const bytes: Uint8Array<ArrayBuffer>;
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

declare module "virtual:worker/*" {
  /** Opens the worker of the widget of this name, which serves its table of tasks. */
  const open: () => Worker;
  export default open;
}

declare module "virtual:ceiling.relaxed.wasm" {
  /** Fused multiply-adds in a loop (benchmarks/ceilings/arithmetic.c). */
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module "virtual:ceiling.simd.wasm" {
  /** Multiplications and additions in a loop. */
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module "virtual:stored-attention" {
  interface StoredRun {
    readonly who: string;
    readonly threads: number;
    readonly milliseconds: number;
    readonly gflops: number;
    readonly share: number;
  }
  /** The newest committed benchmark, boiled down to attention (benchmarks/lib/stored.mjs). */
  const figures: {
    readonly date: string;
    readonly processor: string;
    readonly browser: string;
    readonly sizes: Readonly<
      Record<string, { readonly disturbed: boolean; readonly ceiling: number; readonly runs: readonly StoredRun[] }>
    >;
    /** Where methods of linear cost meet exact attention; absent if that run did not measure it. */
    readonly crossovers?: readonly {
      readonly key: string;
      readonly crossover: number | "below" | "beyond";
      readonly disturbed: boolean;
      readonly points: readonly { readonly n: number; readonly ratio: number }[];
    }[];
  };
  export default figures;
}
