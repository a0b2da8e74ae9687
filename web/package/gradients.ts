import type { Call } from "./engine.js";
import { describe, refuse } from "./errors.js";
import { readOperand } from "./operand.js";
import { checkChoice, type Reader } from "./options.js";
import type { QueriesAndKeys } from "./heads.js";
import { sizeOf } from "./shape.js";
import type { Sink, Source } from "./sweep.js";
import { requireShape } from "./tensor.js";

/**
 * Reads `gradients`: the inputs whose gradients are wanted; by default `byDefault`.
 *
 * @internal
 */
export const gradientsOf =
  <const Name extends string>(byDefault: readonly Name[], further: readonly Name[] = []): Reader<readonly Name[]> =>
  (operation, key, value = byDefault) => {
    if (!Array.isArray(value)) refuse("TYPE", operation, key, describe(value), "an array of names");
    const names = [...byDefault, ...further];
    return (value as unknown[]).map((name) => checkChoice(operation, key, name, names));
  };

/**
 * Checks dOutput, which has the shape of the result; `matrix` are its last axes.
 *
 * @internal
 */
export function readOutputGradient(call: Call, value: unknown, shape: readonly number[], axes = 2): Source {
  const operand = readOperand(call, "dOutput", value);
  requireShape(call.operation, "dOutput", operand.shape, shape, "like the result");
  return { operand, length: sizeOf(shape.slice(-axes)) };
}

/**
 * Where the gradients of queries, keys and values go: fresh tensors. Heads of a group add to the same keys and values.
 *
 * @internal
 */
export const gradientSinks = ({ q, k }: QueriesAndKeys, v: Source): [dq: Sink, dk: Sink, dv: Sink] => {
  const sinkOf = ({ operand, ...items }: Source, adds: boolean): Sink => ({
    ...items,
    adds,
    plan: { shape: operand.shape },
  });
  return [sinkOf(q, false), sinkOf(k, true), sinkOf(v, true)];
};

/**
 * The gradients that are wanted, by the names `d<name>`.
 *
 * @internal
 */
export const pickGradients = (
  wanted: readonly string[],
  all: Readonly<Record<string, unknown>>,
): Record<string, unknown> => Object.fromEntries(wanted.map((name) => [`d${name}`, all[name]]));
