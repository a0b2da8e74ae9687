import { Rows } from "./axes.js";
import type { Call } from "./engine.js";
import { Operand, type Plan } from "./operand.js";
import type { Resident } from "./resident.js";
import { sweep } from "./sweep.js";
import { floatArray, type Tensor } from "./tensor.js";

/** Entries staged at once: 1 MB, which stays in the cache between the copy and the kernel. */
const CHUNK = 1 << 18;

/** A kernel on rows: pointers to the rows of x, to those of the result and to the parameters. */
export type RowKernel = (x: number, out: number, rows: number, length: number, parameters: readonly number[]) => void;

const floatsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / 4);

/**
 * Runs a row kernel along the given axes of x, a chunk of rows at a time; residents are read and written in place when
 * their rows lie one after the other. `parameters` are tensors of one row's length, or absent (pointer 0).
 */
export function runRows(
  call: Call,
  x: Operand,
  axes: readonly number[],
  plan: Plan,
  parameters: readonly (Operand | undefined)[],
  kernel: RowKernel,
): Tensor | Resident {
  const { engine, operation } = call;
  const rows = new Rows(x.shape, axes);
  const run = (from: Operand, to: Plan): Tensor | Resident => {
    const { count, length } = rows;
    const inPlace = from.pointer !== 0 && (to.given?.operand.pointer ?? 0) !== 0;
    const atOnce = inPlace ? count : Math.max(1, Math.min(count, Math.floor(CHUNK / length)));
    const shared = parameters.map((operand) => operand && { operand, length, itemOf: () => 0 });
    const sources = [{ operand: from, length }, ...shared] as const;
    const work = { steps: count, atOnce, sources, sinks: [{ plan: to, length }] as const };
    return sweep(call, work, ([xAt, ...parametersAt], [outAt], _scratch, chunk) => {
      kernel(xAt, outAt, chunk, length, parametersAt);
    })[0];
  };
  if (rows.contiguous || x.size === 0) return run(x, plan);

  const gathered = new Operand(engine, x.shape, rows.gather(floatsOf(x.bytes())));
  const { data } = run(gathered, { shape: x.shape }) as Tensor;
  const result = plan.given ?? { value: { data: floatArray(operation, "out", x.size), shape: [...x.shape] } };
  rows.scatter(data, plan.given ? floatsOf(plan.given.operand.bytes()) : (result.value as Tensor).data);
  return result.value;
}
