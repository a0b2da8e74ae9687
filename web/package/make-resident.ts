import type { Engine } from "./engine.js";
import { describe, refuse, refuseMemory } from "./errors.js";
import { readOperand } from "./operand.js";
import { ResidentTensor, type Resident } from "./resident.js";
import { readShape, sizeOf } from "./shape.js";
import type { TensorLike } from "./tensor.js";

export interface ResidentOperations {
  /**
   * Makes a resident: a copy of a tensor (or of another resident), or zeros of a given shape.
   *
   * Throws TYPE for other things, SHAPE for negative or fractional sizes, MEMORY if its `4 * size` bytes cannot be had (the
   * memory holds at most 2 GB). Cost: one copy.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.resident(lab.tensor([[1, 2, 3], [4, 5, 6]]));
   * const y = lab.resident([2, 3]);
   * try {
   *   lab.softmax(x, { out: y }); // nothing is copied
   *   console.log(y.view[0].toFixed(4)); // 0.0900
   * } finally {
   *   x.dispose();
   *   y.dispose();
   * }
   * ```
   */
  resident: (tensorOrShape: TensorLike | Resident | readonly number[]) => Resident;
}

/**
 * The body of `lab.resident`.
 *
 * @internal
 */
export function resident(engine: Engine, source: unknown): Resident {
  const operation = "resident";
  const argument = "tensorOrShape";
  if (Array.isArray(source)) {
    const shape = readShape(operation, argument, source, argument);
    const made = new ResidentTensor(engine, shape, block(engine, sizeOf(shape)));
    made.view.fill(0);
    return made;
  }
  if (typeof source !== "object" || source === null || ArrayBuffer.isView(source)) {
    refuse("TYPE", operation, argument, describe(source), "a tensor, a resident or an array of sizes");
  }
  const operand = readOperand(engine, operation, argument, source);
  const made = new ResidentTensor(engine, operand.shape, block(engine, operand.size));
  made.view.set(operand.entries(0, operand.size));
  return made;
}

function block(engine: Engine, size: number): number {
  return engine.heap.allocate(4 * size) || refuseMemory("resident", "tensorOrShape", 4 * size);
}
