import relaxed from "virtual:ceiling.relaxed.wasm";
import simd from "virtual:ceiling.simd.wasm";
import type { Variant } from "../../package/index.js";

/** The fastest arithmetic of one kind that this machine does in WebAssembly, as something to be timed. */
export interface Ceiling {
  /** Floating-point operations of one run. */
  readonly flops: number;
  run(): void;
}

interface Exports {
  run(start: number, factor: number, term: number, rounds: number): number;
  operations_per_round(): number;
}

/** Enough to last a millisecond or two. */
const rounds = 1 << 20;
/** Values stay ordinary numbers for as long as anybody runs it. */
const [start, factor, term] = [1, 0.999, 0.001] as const;

/**
 * The ceiling of the arithmetic that a build of the kernels uses: fused multiply-add, or multiply, then add. A module of
 * less than a kilobyte (benchmarks/ceilings/arithmetic.c), small enough to be compiled on the page's own thread.
 */
export function openCeiling(variant: Variant): Ceiling {
  const bytes = variant === "relaxed" ? relaxed : simd;
  const module = new WebAssembly.Module(bytes);
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  return {
    flops: rounds * exports.operations_per_round(),
    run: () => void exports.run(start, factor, term, rounds),
  };
}
