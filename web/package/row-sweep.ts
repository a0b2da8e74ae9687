import { Rows } from "./axes.js";
import type { Call } from "./engine.js";
import { Operand, type Plan } from "./operand.js";
import type { Resident } from "./resident.js";
import { sweep, type Kernel } from "./sweep.js";
import type { Tensor } from "./tensor.js";

/** Entries staged at once: 1 MB, which stays in the cache between the copy and the kernel. */
const CHUNK = 1 << 18;

/** What goes row by row beside x: a whole row of x's length or, with `length`, so many entries; or one row for all. */
interface PerRow {
  length?: number;
  shared?: boolean;
}

/** The tensors of a row kernel; each is cut into one part per row. */
interface RowWork<Sources, Sinks> {
  sources: Sources;
  sinks: Sinks;
  /** Bytes of scratch for rows of that length. */
  scratch?: (length: number) => number;
  /** Rows for one call of the kernel; by default what fits into the cache. */
  atOnce?: number;
}

/** A float32 view of the bytes of an operand. */
export const floatsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / 4);

/**
 * Runs a kernel over the rows of x along some axes: any number of tensors of x's shape, gathered and scattered where their
 * rows do not lie one after the other, and of tensors with a few entries per row in the order of the other axes. The first
 * source is x. The kernel is called with a chunk of rows, last the number of its first row.
 */
export function sweepRows<
  const Sources extends readonly [PerRow & { operand: Operand }, ...((PerRow & { operand: Operand }) | undefined)[]],
  const Sinks extends readonly (PerRow & { plan: Plan })[],
>(
  call: Call,
  axes: readonly number[],
  { sources, sinks, scratch, atOnce }: RowWork<Sources, Sinks>,
  kernel: (
    at: { [Key in keyof Sources]: number },
    to: { [Key in keyof Sinks]: number },
    rows: { count: number; length: number; first: number; scratch: number },
  ) => void,
): { [Key in keyof Sinks]: Tensor | Resident } {
  const rows = new Rows(sources[0].operand.shape, axes);
  const apart = (part: PerRow): boolean => !rows.contiguous && part.length === undefined && !part.shared;
  const { count, length } = rows;
  let first = 0;
  const run: Kernel<Sources, Sinks> = (at, to, scratchAt, chunk) => {
    kernel(at, to, { count: chunk, length, first, scratch: scratchAt });
    first += chunk;
  };
  const results = sweep(
    call,
    {
      steps: count,
      atOnce: atOnce ?? Math.max(1, Math.min(count, Math.floor(CHUNK / length))),
      sources: sources.map((source) => {
        if (!source) return undefined;
        const { operand } = source;
        const gathered = apart(source)
          ? new Operand(call.engine, operand.shape, rows.gather(floatsOf(operand.bytes())))
          : operand;
        return { operand: gathered, length: source.length ?? length, ...(source.shared && { itemOf: () => 0 }) };
      }),
      sinks: sinks.map((sink) => ({
        plan: apart(sink) ? { shape: sink.plan.shape } : sink.plan,
        length: sink.length ?? length,
      })),
      workspace: () => scratch?.(length) ?? 0,
    },
    run as Kernel<readonly unknown[], readonly unknown[]>,
  );
  return results.map((result, i) => {
    const sink = sinks[i];
    if (!sink || !apart(sink)) return result;
    const from = (result as Tensor).data;
    const { given } = sink.plan;
    rows.scatter(given ? from : from.slice(), given ? floatsOf(given.operand.bytes()) : from);
    return given?.value ?? result;
  }) as { [Key in keyof Sinks]: Tensor | Resident };
}
