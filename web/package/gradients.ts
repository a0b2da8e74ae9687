// What operations that give gradients have in common.

import type { Call } from "./engine.js";
import { refuse } from "./errors.js";
import { readOuts, readShaped, type Operand } from "./operand.js";
import type { Shape } from "./shape.js";
import type { Sink, Source } from "./sweep.js";

/** Checks `dOutput`, the gradient of a result of this shape. */
export const readDOutput = (call: Call, value: unknown, shape: Shape): Operand =>
  readShaped(call, "dOutput", value, () => shape);

/**
 * Checks which gradients are wanted and where they go: those of `inputs`, of their shapes, each summed over the steps that
 * share an item. Gives the sinks, with `lean` for those alone, and names the results.
 */
export function readGradients<const Inputs extends readonly (Source | undefined)[]>(
  call: Call,
  names: readonly string[],
  inputs: Inputs,
  sources: readonly ({ operand: Operand } | undefined)[],
  { gradients = names, out }: { gradients?: readonly string[]; out: unknown },
  lean = false,
) {
  const wanted = names.map((name, i) => {
    if (!gradients.includes(name)) return [`d${name}`, undefined] as const;
    const input = inputs[i] ?? refuse("VALUE", call.operation, "gradients", `"${name}" without a ${name}`, `a ${name}`);
    return [`d${name}`, input.operand] as const;
  });
  const [plans, name] = readOuts(call, out, wanted, sources);
  const sinks = inputs.map((input, i): Sink | undefined => {
    const plan = plans[i] ?? (lean ? undefined : input && { shape: input.operand.shape });
    return input && plan && { ...input, plan, adds: true };
  });
  return {
    sinks: sinks as { [Key in keyof Inputs]: Sink | undefined },
    name,
  };
}
