import type { Body } from "./engine.js";

/** What {@link MemoryOperations.memory} tells. */
export interface MemoryUse {
  /** Size of the WebAssembly memory in bytes; it grows as needed, to 2 GB at most, and never shrinks. */
  bytes: number;
  /** Residents that are not disposed of. */
  liveResidents: number;
  /** Bytes of their entries. */
  liveBytes: number;
}

export interface MemoryOperations {
  /**
   * How much memory this instance holds, to find residents that were forgotten. Repeating a call does not make it grow.
   *
   * Throws nothing. Cost: none.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const before = lab.memory().liveBytes;
   * const x = lab.resident([1024, 64]);
   * try {
   *   console.log(lab.memory().liveBytes - before); // 262144
   * } finally {
   *   x.dispose();
   * }
   * console.log(lab.memory().liveBytes - before); // 0
   * ```
   */
  memory: () => MemoryUse;
}

/** @internal */
export const memory: Body = ({ engine: { heap, live } }) => {
  return () => ({ bytes: heap.size, liveResidents: live.residents, liveBytes: live.bytes });
};
