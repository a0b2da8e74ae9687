import figures from "virtual:stored-attention";
import type { CrossoverOf } from "./crossover.js";
import type { SizeName } from "./schema.js";

/** One contestant of the stored run. */
export interface StoredRun {
  /** The library with its version; "loops" for loops in JavaScript. */
  readonly who: string;
  readonly threads: number;
  readonly milliseconds: number;
  readonly gflops: number;
  /** Of the ceiling of one core of the stored machine. */
  readonly share: number;
}

export interface StoredSize {
  readonly disturbed: boolean;
  /** GFLOP/s. */
  readonly ceiling: number;
  readonly runs: readonly StoredRun[];
}

/** The machine of the stored run, and when it was. */
export const { date, processor, browser } = figures;

/** What was measured at this size, if anything. */
export const storedSize = (size: SizeName): StoredSize | undefined => figures.sizes[size];

/** Where the methods of linear cost met exact attention, if that was measured. */
export const storedCrossovers: readonly CrossoverOf[] | undefined = figures.crossovers;
