import type { Body, Call } from "./engine.js";
import { describe, refuse, refuseMemory } from "./errors.js";
import { readOperand, type Operand } from "./operand.js";
import { ResidentTensor, type Resident } from "./resident.js";
import { readShape, sizeOf, type Shape } from "./shape.js";
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

/** @internal */
export const resident: Body = (call, source) => {
  const { operation } = call;
  const argument = "tensorOrShape";
  if (Array.isArray(source)) {
    const shape = readShape(operation, argument, source, argument);
    return () => make(call, shape);
  }
  if (typeof source !== "object" || source === null || ArrayBuffer.isView(source)) {
    refuse("TYPE", operation, argument, describe(source), "a tensor, a resident or an array of sizes");
  }
  const operand = readOperand(call, argument, source);
  return () => make(call, operand.shape, operand);
};

/** A resident with the entries of another tensor, or of zeros. */
function make({ engine, operation }: Call, shape: Shape, source?: Operand): ResidentTensor {
  const { heap } = engine;
  const size = 4 * sizeOf(shape);
  const pointer = heap.allocate(size) || refuseMemory(operation, "tensorOrShape", size);
  try {
    if (source) heap.bytes.set(source.bytes(), pointer);
    else heap.bytes.fill(0, pointer, pointer + size);
    return new ResidentTensor(engine, shape, pointer);
  } catch (error) {
    // JavaScript's stack is at its end.
    heap.release(pointer);
    throw error;
  }
}
