// What operations that give gradients have in common.

import type { Call } from "./engine.js";
import { readOperand } from "./operand.js";
import type { Shape } from "./shape.js";
import type { Sink, Source } from "./sweep.js";
import { requireShape } from "./tensor.js";

/** Checks `dOutput`, the gradient of a result of this shape, of which a step takes `length` entries. */
export function readDOutput(call: Call, value: unknown, shape: Shape, length: number): Source {
  const operand = readOperand(call, "dOutput", value);
  requireShape(call.operation, "dOutput", operand.shape, shape, "like the result");
  return { operand, length };
}

/** The gradient of a source: of its shape, and summed over the steps that share an item. */
export const gradientOf = ({ operand, length, itemOf }: Source): Sink => ({
  plan: { shape: operand.shape },
  length,
  itemOf,
  adds: true,
});
