import { rowsOf } from "./axes.js";
import type { Call } from "./engine.js";
import { Operand, type Plan } from "./operand.js";
import type { Resident } from "./resident.js";
import type { Shape } from "./shape.js";
import { sweep, type Kernel } from "./sweep.js";
import type { Tensor } from "./tensor.js";

/** Entries staged at once: 1 MB, which stays in the cache between the copy and the kernel. */
const CHUNK = 1 << 18;

/** Entries of a panel of scattered rows, and the fewest rows: as many neighbors as share a line of the cache. */
const PANEL = 1 << 14;
const FEWEST = 16;

const NOTHING = new Uint8Array();

/** What goes row by row beside x: a whole row of x's length or, with `length`, so many entries; or one tensor for all. */
interface PerRow {
  length?: number | undefined;
  shared?: boolean;
}

type Source = PerRow & { operand: Operand };
type Sink = PerRow & { plan: Plan; adds?: boolean };

/** The tensors of a row kernel; each is cut into one part per row. */
interface RowWork<Sources, Sinks> {
  /** The shape in which x is seen, if not its own. */
  shape?: Shape;
  sources: Sources;
  sinks: Sinks;
  /** Bytes of scratch for rows of that length. What a kernel leaves there is there when it is called again. */
  scratch?: (length: number) => number;
  /** Rows for one call of the kernel; by default what fits into the cache. */
  atOnce?: number;
}

/** A float32 view of the bytes of an operand. */
export const floatsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / 4);

/**
 * Runs a kernel over the rows of x along some axes: any number of tensors of x's shape, brought into rows and back by a
 * kernel where theirs do not lie one after the other, and of tensors with a few entries per row in the order of the other
 * axes. The first source is x. The kernel is called with some rows, the number of the first of them, and whether they are
 * the last.
 */
export function sweepRows<
  const Sources extends readonly [Source, ...(Source | undefined)[]],
  const Sinks extends readonly (Sink | undefined)[],
>(
  call: Call,
  axes: readonly number[],
  { shape, sources, sinks, scratch, atOnce }: RowWork<Sources, Sinks>,
  kernel: (
    at: { [Key in keyof Sources]: number },
    to: { [Key in keyof Sinks]: number },
    rows: { count: number; length: number; first: number; last: boolean; scratch: number },
  ) => void,
): { [Key in keyof Sinks]: Tensor | Resident } {
  const { kernels } = call.engine;
  const { count, length, parts, size, perPart, scattered } = rowsOf(shape ?? sources[0].operand.shape, axes);
  const block = scattered ?? NOTHING;
  const most = scattered ? Math.max(FEWEST, Math.floor(PANEL / length)) : Infinity;
  const panelBytes = scattered ? 4 * length * Math.min(most, count) : 0;
  const isScattered = (part?: PerRow): boolean => part !== undefined && part.length === undefined && !part.shared;
  const panels = [...sources, ...sinks].filter(isScattered).length;
  const ownBytes = scratch?.(length) ?? 0;
  const itemsOf = (part: PerRow, whole: Shape) =>
    part.shared
      ? { length: whole.reduce((product, extent) => product * extent, 1), itemOf: () => 0 }
      : { length: part.length === undefined ? size : part.length * perPart };

  let first = 0;
  const run: Kernel<readonly unknown[], readonly unknown[]> = ([blockAt = 0, ...from], to, scratchAt, chunk) => {
    for (let done = 0; done < chunk * perPart;) {
      const rows = Math.min(most, atOnce ?? Infinity, chunk * perPart - done);
      let panel = scratchAt + Math.ceil(ownBytes / 16) * 16;
      const placeOf = (part: PerRow | undefined, at: number): number => {
        if (!part || part.shared) return at;
        if (!scattered || part.length !== undefined) return at + 4 * done * (part.length ?? length);
        panel += panelBytes;
        return panel - panelBytes;
      };
      const places = from.map((at, i) => placeOf(sources[i], at));
      const targets = to.map((at, i) => placeOf(sinks[i], at));
      const move = (part: PerRow | undefined, at: number, place: number, back: boolean): void => {
        if (scattered && isScattered(part)) kernels.moveRows(blockAt, at, place, done, rows, back);
      };
      from.forEach((at, i) => move(sources[i], at, places[i] ?? 0, false));
      kernel(places as { [Key in keyof Sources]: number }, targets as { [Key in keyof Sinks]: number }, {
        count: rows,
        length,
        first,
        last: first + rows === count,
        scratch: scratchAt,
      });
      to.forEach((at, i) => move(sinks[i], at, targets[i] ?? 0, true));
      first += rows;
      done += rows;
    }
  };
  return sweep(
    call,
    {
      steps: count && parts,
      atOnce: Math.max(1, Math.min(parts, Math.floor(CHUNK / size))),
      sources: [
        { operand: new Operand(call.engine, [block.length], block), length: block.length, itemOf: () => 0 },
        ...sources.map((source) => source && { ...source, ...itemsOf(source, source.operand.shape) }),
      ],
      sinks: sinks.map((sink) => sink && { ...sink, ...itemsOf(sink, sink.plan.shape) }),
      workspace: () => ownBytes + 16 + panels * panelBytes,
    },
    run,
  ) as { [Key in keyof Sinks]: Tensor | Resident };
}
