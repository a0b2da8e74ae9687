/** What the benchmark page reports (see page/case.js), and what the driver adds to it. */

export type Variant = "relaxed" | "simd";

export interface Times {
  /** Median time of one call. */
  milliseconds: number;
  fastest: number;
  slowest: number;
  /** How much longer the third quartile is than the first. */
  spread: number;
  samples: number;
}

export interface Result extends Partial<Times> {
  name: string;
  kind: "ours" | "peer" | "naive";
  peer?: string;
  variant?: Variant;
  form?: "tensors" | "residents" | "pool";
  threads: number;
  /** Name of the contestant that does the same on one thread. */
  oneThread?: string;
  /** The fastest of the ways to say the operation, and what became of the others. */
  way?: string;
  otherWays?: { way: string; milliseconds?: number; failure?: string }[];
  /** Why there are no figures. */
  failure?: string;
  /** Whether the failure is that this build of attnlab does not have the operation yet. */
  absent?: boolean;
  gflops?: number;
  gigabytesPerSecond?: number;
  /** The same contestant's time for what belongs beside the operation, as the forward pass to the backward one. */
  beside?: { label: string; milliseconds: number };
  largestError?: number;
  ratios?: Ratios;
}

export interface Ratios {
  /** Our time over the best peer's with as many threads or fewer. */
  toPeer?: number;
  /** Our time over the best peer's, whatever its threads. */
  toBestPeer?: number;
  /** Our time over the loops'. */
  toLoops?: number;
  /** Our rate over that of the arithmetic that the binary uses. */
  toCeiling?: number;
  /** Time over that of the memory traffic that cannot be avoided. */
  toFloor?: number;
  /** Time over `beside`'s. */
  toBeside?: number;
  /** Time on one thread over time on several. */
  speedUp?: number;
}

export interface Ceiling extends Times {
  name: string;
  variant?: Variant;
  gflops?: number;
  gigabytesPerSecond?: number;
}

export interface Case {
  operation: string;
  label: string;
  flops?: number;
  bytes?: number;
  results: Result[];
  ceilings: Ceiling[];
  /** Whether something else seems to have run meanwhile: the samples of a ceiling disagree. */
  disturbed?: boolean;
}

export interface PageReport {
  /** Whether the page was cross-origin isolated. */
  isolated: boolean;
  traffic: { name: string; gigabytesPerSecond: number }[];
  cases: Case[];
}

export interface FirstCall {
  variant: Variant;
  /** Medians over new pages, in milliseconds. */
  first: number;
  warm: number;
  ratio: number;
  pages: number;
}

export type Sizes = Record<string, { bytes: number; brotli: number }>;
