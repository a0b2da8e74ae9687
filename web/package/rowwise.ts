import { Rows } from "./axes.js";
import type { Engine } from "./engine.js";
import { makeOutput, slotFor, type Operand, type OutputPlan } from "./operand.js";
import type { Resident } from "./resident.js";
import type { Tensor } from "./tensor.js";

/** Entries staged at once: 1 MB, which stays in the cache between the copy and the kernel. */
const CHUNK = 1 << 18;

/** A kernel on rows: pointers to the rows of x, to those of the result and to the parameters. */
export type RowKernel = (x: number, out: number, rows: number, length: number, parameters: readonly number[]) => void;

/**
 * Runs a row kernel along the given axes of x, a chunk of rows at a time; residents are read and written in place when
 * their rows lie one after the other. `parameters` are tensors of one row's length, or absent (pointer 0).
 */
export function runRows(
  engine: Engine,
  operation: string,
  x: Operand,
  axes: readonly number[],
  plan: OutputPlan,
  parameters: readonly (Operand | undefined)[],
  kernel: RowKernel,
): Tensor | Resident {
  const { heap } = engine;
  const rows = new Rows(x.shape, axes);
  const inPlaceX = rows.contiguous && x.pointer !== 0;
  const inPlaceOut = rows.contiguous && (plan.given?.operand.pointer ?? 0) !== 0;
  const output = makeOutput(engine, operation, plan);
  if (x.size === 0) return output.value;

  const perChunk = inPlaceX && inPlaceOut ? rows.count : Math.max(1, Math.floor(CHUNK / rows.length));
  const chunkBytes = 4 * Math.min(perChunk, rows.count) * rows.length;
  const [xSlot, outSlot, ...parameterSlots] = engine.stage(operation, "x", [
    inPlaceX ? 0 : chunkBytes,
    inPlaceOut ? 0 : chunkBytes,
    ...parameters.map((parameter) => slotFor(parameter, rows.length)),
  ]);
  const pointers = parameters.map((parameter, i) => {
    if (parameter?.pointer !== 0) return parameter?.pointer ?? 0;
    const slot = parameterSlots[i] ?? 0;
    heap.floats.set(parameter.entries(0, rows.length), slot / 4);
    return slot;
  });

  for (let first = 0; first < rows.count; first += perChunk) {
    const count = Math.min(perChunk, rows.count - first);
    const offset = first * rows.length;
    const length = count * rows.length;
    const staged = (slot: number): Float32Array => heap.floats.subarray(slot / 4, slot / 4 + length);

    if (!rows.contiguous) rows.gather(x.entries(0, x.size), first, count, staged(xSlot));
    else if (!inPlaceX) staged(xSlot).set(x.entries(offset, length));
    const from = inPlaceX ? x.pointer + 4 * offset : xSlot;
    const to = inPlaceOut ? output.at(offset, outSlot) : outSlot;
    kernel(from, to, count, rows.length, pointers);
    if (!rows.contiguous) rows.scatter(staged(outSlot), first, count, output.operand.entries(0, x.size));
    else output.store(offset, length, outSlot);
  }
  return output.value;
}
