import { isOptionsObject } from "../options.js";
import { ResidentTensor } from "../resident.js";
import type { Tensor } from "../tensor.js";

/** What the results of a call are put into, by their names; an operation's only result has the name "". */
export type Outs = Readonly<Record<string, Tensor | undefined>>;

/** A resident or a tensor, not options. */
export const isTensor = (value: unknown): value is Tensor =>
  value instanceof ResidentTensor || (isOptionsObject(value) && "data" in value);

/** Tensors by their names. */
export const byName = (value: unknown): Readonly<Record<string, Tensor>> =>
  isTensor(value) ? { "": value } : ((value ?? {}) as Record<string, Tensor>);

/** The entries of a tensor, where they are now: those of a resident move when the memory grows. */
export const entriesOf = (tensor: Tensor): Float32Array =>
  tensor instanceof ResidentTensor ? tensor.view : tensor.data;

/** Puts the results of a call into what there is for them, and gives them with that in their place. */
export function fill(outs: Outs, value: unknown): unknown {
  const results = { ...byName(value) };
  for (const [name, out] of Object.entries(outs)) {
    if (!out) continue;
    entriesOf(out).set((results[name] as Tensor).data);
    results[name] = out;
  }
  return results[""] ?? results;
}
