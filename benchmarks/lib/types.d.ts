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
  /** "limit": no way to compute for a user, but what such a way can reach. */
  kind: "ours" | "peer" | "naive" | "limit";
  peer?: string;
  variant?: Variant;
  form?: "tensors" | "reused" | "residents" | "pool" | "reusedPool" | "fresh" | "apart";
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
  /** Time over that of reading inputs and writing the result once, at the rate that memory beyond the caches has: see `Case.traffic`. */
  toTraffic?: number;
  /** Time over that of the same traffic with arrays of the same sizes, which may fit the cache. */
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

/** What memory gives, with arrays that no cache holds; measured before a case and after it, the median of both. */
export interface Traffic {
  kind: "copy" | "read";
  /** Bytes read plus bytes written. */
  gigabytesPerSecond: number;
  spread: number;
  samples: number;
}

export interface Case {
  operation: string;
  label: string;
  flops?: number;
  /** Read and written at least. */
  bytes?: number;
  traffic?: Traffic;
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

/** A method of linear cost at one length, one head. */
export interface LinearLength {
  n: number;
  milliseconds: number;
  spread: number;
  /** Of its matrix products. */
  gflops: number;
  /** Rate over that of fused multiply-add. */
  toCeiling: number;
  /** The same with inputs and result in the memory of the kernels. */
  residents?: { milliseconds: number; toCeiling: number };
  /** Time over that of half the length, where that was measured. */
  toHalf?: number;
  /** Largest difference from double precision, on some rows. */
  largestError: number;
}

/** A method of linear cost and exact attention of the same head, both with a causal mask if the method has one. */
export interface LinearBeside {
  n: number;
  milliseconds: number;
  exactMilliseconds: number;
  ratio: number;
  largestError: number;
  disturbed: boolean;
}

export interface LinearMethod {
  key: string;
  /** Gives its color on the site. */
  kind: "linear" | "performer" | "nystrom" | "sparse";
  label: string;
  causal: boolean;
  lengths: LinearLength[];
  /** The same with a causal mask; empty where there is none. */
  besideFull: { n: number; milliseconds: number; toFull: number; largestError: number }[];
  toExact: LinearBeside[];
  /** The length from which on it is faster than exact attention; "below" the shortest, "beyond" the longest measured. */
  crossover?: number | "below" | "beyond";
  /** Lengths at which it was wrong or failed, with the reason; not timed. */
  failures?: string[];
}

/** Attention of linear cost: one thread, one head with plain tensors. */
export interface LinearSection {
  d: number;
  /** Random features of Performer. */
  features: number;
  variant: Variant;
  /** In the race of the long lengths. */
  ceiling: Ceiling;
  /** Whether that race was disturbed. */
  disturbed: boolean;
  /** The ceiling in the race of each length beside exact attention, GFLOP/s. */
  besideCeilings: { n: number; gflops: number; spread: number }[];
  methods: LinearMethod[];
  /** One call on plain tensors in a new instance of the kernels; `bytes` is all of its WebAssembly memory. */
  memory: {
    key: string;
    label: string;
    heads: number;
    n: number;
    seconds: number;
    bytes: number;
    largestError: number;
  }[];
  /** Performer on vectors of scaled |x|^2 = norm, beside the same projection in double. */
  stability: { norm: number; largestError: number }[];
  /** The linear decoder, token by token. */
  decoder: { tokens: number; microseconds: number; grownBytes: number; largestError: number };
}

/** What exact attention takes beyond inputs and result. */
export interface MemoryUse {
  label: string;
  variant: Variant;
  /** Bytes beyond inputs and result, to the next 64 KiB. */
  bytes: number;
  /** Bytes of packed keys and values of one head. */
  packed: number;
}
