/** State of `<attn-benchmark>`; every entry is an attribute of the same name. */
export interface BenchmarkState {
  /** Number of tokens, of 8 heads of 64; "1024-causal" with a causal mask. Default "256". */
  size: "256" | "1024" | "1024-causal" | "2048";
  /** Exact attention beside peers, or where attention of linear cost becomes faster than it. Default "exact". */
  view: "exact" | "crossover";
}

/** Detail of the event `benchmark-change`: what was measured on this machine. */
export interface BenchmarkNumbers {
  size: BenchmarkState["size"];
  variant: "relaxed" | "simd";
  /** Median time of one call of attnlab. */
  milliseconds: number;
  gflops: number;
  /** Rate over that of one core at nothing but the arithmetic which the build uses. */
  share: number;
  /** Median time of loops in JavaScript. */
  loopMilliseconds: number;
  /** Largest difference from double precision. */
  largestError: number;
  /** Samples per median. */
  samples: number;
  /** Whether something else seems to have run meanwhile. */
  disturbed: boolean;
}

/** Detail of the event `crossover-change`: where attention of linear cost met exact attention on this machine. */
export interface CrossoverNumbers {
  variant: "relaxed" | "simd";
  /** By method: tokens from which on it is faster; "below" the shortest length measured, "beyond" the longest. */
  crossovers: Record<string, number | "below" | "beyond">;
  /** Largest difference of a result from double precision. */
  largestError: number;
  /** Samples per median. */
  samples: number;
  /** Whether something else seems to have run meanwhile. */
  disturbed: boolean;
}

/**
 * Class of `<attn-benchmark>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnBenchmark } from "attnlab/widgets/attn-benchmark/element";
 * customElements.define("attn-benchmark", AttnBenchmark);
 */
export declare class AttnBenchmark extends HTMLElement {
  size: BenchmarkState["size"];
  view: BenchmarkState["view"];
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): BenchmarkState;
  set state(state: Partial<BenchmarkState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-benchmark": AttnBenchmark;
  }
  interface HTMLElementEventMap {
    "benchmark-change": CustomEvent<BenchmarkNumbers>;
    "crossover-change": CustomEvent<CrossoverNumbers>;
  }
}
