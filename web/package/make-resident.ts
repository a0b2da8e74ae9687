import type { Body, Call } from "./engine.js";
import { describe, refuse, refuseMemory } from "./errors.js";
import { readOperand } from "./operand.js";
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
  const { engine, operation } = call;
  const argument = "tensorOrShape";
  if (Array.isArray(source)) {
    const shape = readShape(operation, argument, source, argument);
    return () => {
      const made = allocate(call, shape);
      made.view.fill(0);
      return made;
    };
  }
  if (typeof source !== "object" || source === null || ArrayBuffer.isView(source)) {
    refuse("TYPE", operation, argument, describe(source), "a tensor, a resident or an array of sizes");
  }
  const operand = readOperand(call, argument, source);
  return () => {
    const made = allocate(call, operand.shape);
    engine.heap.bytes.set(operand.bytes(), made.pointer);
    return made;
  };
};

function allocate({ engine, operation }: Call, shape: Shape): ResidentTensor {
  const bytes = 4 * sizeOf(shape);
  const pointer = engine.heap.allocate(bytes) || refuseMemory(operation, "tensorOrShape", bytes);
  return new ResidentTensor(engine, shape, pointer);
}
