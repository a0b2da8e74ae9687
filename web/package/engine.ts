import type { Kernels } from "./heap.js";
import { Heap } from "./heap.js";
import { refuseMemory } from "./errors.js";

/** One instance of the kernels with its memory: what every operation works with. */
export class Engine {
  readonly kernels: Kernels;
  readonly heap: Heap;
  /** Residents that are not yet disposed of, and the bytes of their entries. */
  readonly live = { residents: 0, bytes: 0 };

  constructor(kernels: Kernels) {
    this.kernels = kernels;
    this.heap = new Heap(kernels);
  }

  /** Slots for the inputs, outputs and scratch of one call; MEMORY if they cannot be had. */
  stage<const Sizes extends readonly number[]>(
    operation: string,
    argument: string,
    sizes: Sizes,
  ): { [Slot in keyof Sizes]: number } {
    return (
      this.heap.stage(sizes) ??
      refuseMemory(
        operation,
        argument,
        sizes.reduce((sum, size) => sum + size, 0),
      )
    );
  }
}
