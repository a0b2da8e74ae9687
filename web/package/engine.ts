import { refuseMemory } from "./errors.js";
import { aligned, Heap, type Kernels } from "./heap.js";

/** One instance of the kernels with its memory: what every operation works with. */
export class Engine {
  readonly kernels: Kernels;
  /** What the kernels were made from, to make more. */
  readonly module: WebAssembly.Module;
  readonly heap: Heap;
  /** Residents that are not yet disposed of, and the bytes of their entries. */
  readonly live = { residents: 0, bytes: 0 };

  constructor(kernels: Kernels, module: WebAssembly.Module) {
    this.kernels = kernels;
    this.module = module;
    this.heap = new Heap(kernels);
  }

  /** Slots of these sizes for the inputs, outputs and scratch of one call; MEMORY if they cannot be had. */
  stage(operation: string, sizes: readonly number[]): number[] {
    const total = sizes.reduce((sum, size) => sum + aligned(size), 0);
    if (!this.heap.reserve(total)) refuseMemory(operation, "out", total);
    let next = this.heap.staging;
    return sizes.map((size) => {
      const slot = next;
      next += aligned(size);
      return slot;
    });
  }
}

/**
 * The same function, but that whatever is thrown in it puts the kernels' stack back: what unwinds through a kernel, as when
 * JavaScript's own stack overflows there, leaves it as it was, and after some such calls none would be left.
 */
export const restoring =
  <Arguments extends readonly unknown[], Result>({ kernels }: Engine, run: (...args: Arguments) => Result) =>
  (...args: Arguments): Result => {
    try {
      return run(...args);
    } catch (error) {
      kernels.restoreStack();
      throw error;
    }
  };

/** What is being called, and on which instance. */
export interface Call {
  readonly engine: Engine;
  readonly operation: string;
}

/** The body of an operation: checks its arguments, writes nothing, and gives what is left to do. */
export type Body = (call: Call, ...args: readonly unknown[]) => () => unknown;
