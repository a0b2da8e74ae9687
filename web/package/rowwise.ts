import type { Call } from "./engine.js";
import type { Operand, Plan } from "./operand.js";
import type { Resident } from "./resident.js";
import { sweepRows } from "./row-sweep.js";
import type { Tensor } from "./tensor.js";

/** A kernel on rows: pointers to the rows of x, to those of the result and to the parameters. */
export type RowKernel = (x: number, out: number, rows: number, length: number, parameters: readonly number[]) => void;

/**
 * Runs a row kernel along the given axes of x; see {@link sweepRows}. `parameters` are tensors of one row's length, or
 * absent (pointer 0).
 */
export function runRows(
  call: Call,
  operand: Operand,
  axes: readonly number[],
  plan: Plan,
  parameters: readonly (Operand | undefined)[],
  kernel: RowKernel,
): Tensor | Resident {
  const shared = parameters.map((each) => each && { operand: each, shared: true });
  const work = { sources: [{ operand }, ...shared], sinks: [{ plan }] } as const;
  return sweepRows(call, axes, work, ([x, ...at], [out], { count, length }) => {
    kernel(x, out, count, length, at);
  })[0];
}
