/** What the benchmark page reports (see page/main.js), and what the driver adds to it. */

export interface Result {
  name: string;
  kind: "ours" | "peer" | "naive";
  variant?: "relaxed" | "simd";
  /** Why there are no figures. */
  failure?: string;
  /** Median time of one call. */
  milliseconds?: number;
  fastest?: number;
  slowest?: number;
  samples?: number;
  gflops?: number;
  largestError?: number;
  /** Our time over the best peer's. */
  toBestPeer?: number;
  /** Our rate over that of the arithmetic that the binary uses. */
  toCeiling?: number;
}

export interface Ceiling {
  name: string;
  variant: "relaxed" | "simd";
  milliseconds: number;
  fastest: number;
  slowest: number;
  samples: number;
  gflops: number;
}

export interface Case {
  operation: string;
  label: string;
  flops: number;
  results: Result[];
  ceilings: Ceiling[];
}

export interface PageReport {
  /** Whether the page was cross-origin isolated. */
  isolated: boolean;
  traffic: { name: string; gigabytesPerSecond: number }[];
  cases: Case[];
}

export type Sizes = Record<string, { bytes: number; brotli: number }>;
