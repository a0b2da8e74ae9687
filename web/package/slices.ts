import type { Call } from "./engine.js";
import { Operand } from "./operand.js";
import type { Resident } from "./resident.js";
import { sizeOf, type Shape } from "./shape.js";
import { sweep, type Sink, type Source } from "./sweep.js";
import type { Tensor } from "./tensor.js";

/** Entries staged at once: 1 MB, which stays in the cache between the copy and the kernel. */
const CHUNK = 1 << 18;

/** A tensor seen as slices along some of its axes: how many parts it can be worked on in, and what a kernel knows of one. */
export interface Slices {
  /** Parts of the tensor that hold whole slices, one after the other, and entries, slices of each. */
  parts: number;
  size: number;
  perPart: number;
  /** Entries of one slice. */
  length: number;
  /** True if the slices are rows: the kernel gathers nothing. */
  rows: boolean;
  /** For the kernel: counts of the axes across and along, and their sizes and strides. */
  counts: readonly number[];
  axes: readonly number[];
}

/** The slices along the given axes, whose entries run in the order in which the axes are given. */
export function slicesOf(shape: Shape, along: readonly number[]): Slices {
  // Leading axes that slices do not run along count the parts.
  const leading = Math.min(...along);
  const size = sizeOf(shape.slice(leading));
  // An axis of one entry says nothing; without them there are few enough for any tensor.
  const pick = (axes: readonly number[]): number[][] =>
    axes.map((axis) => [shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))]).filter(([extent]) => extent !== 1);
  const others = [...shape.keys()].filter((axis) => axis >= leading && !along.includes(axis));
  const [across, inside] = [[[0, size], ...pick(others)], pick(along)];
  return {
    parts: sizeOf(shape.slice(0, leading)),
    size,
    perPart: sizeOf(others.map((axis) => shape[axis] ?? 1)),
    length: sizeOf(along.map((axis) => shape[axis] ?? 1)),
    rows: others.length === 0 && along.every((axis, i) => axis === leading + i),
    counts: [across.length, inside.length],
    axes: [...across, ...inside].flat(),
  };
}

/** The norm of slices as the kernel wants it: entries, groups and run of gamma, then center and meanSquare as 0 or 1. */
export type NormBlock = readonly number[];

export const NO_NORM: NormBlock = [0, 1, 1, 0, 0];

/** A tensor of which every call of the kernel gets the whole. */
export const whole = <Tensorlike extends { operand: Operand }>(item: Tensorlike) => ({
  ...item,
  length: item.operand.size,
  itemOf: () => 0,
});

/** What a kernel is given: the block that describes its slices, the parts to do and which of all they are, and scratch. */
export interface Slab {
  block: number;
  count: number;
  first: number;
  last: boolean;
  scratch: number;
}

/** Runs a kernel over the slices of tensors, as many parts at a time as are worth a call. */
export function runSlices<
  const Sources extends readonly (Source | undefined)[],
  const Sinks extends readonly (Sink | undefined)[],
>(
  call: Call,
  { parts, size, perPart, length, rows, counts, axes }: Slices,
  norm: NormBlock,
  sources: Sources,
  sinks: Sinks,
  kernel: (slab: Slab, pointers: readonly number[]) => void,
): { [Key in keyof Sinks]: Tensor | Resident } {
  const { engine } = call;
  const bytes = new Uint8Array(Int32Array.of(...counts, ...norm, ...axes).buffer);
  const block = whole({ operand: new Operand(engine, [bytes.length], bytes) });
  const inPlace = [...sources.map((source) => source?.operand), ...sinks.map((sink) => sink?.plan.given?.operand)];
  const atOnce =
    inPlace.every((operand) => operand?.pointer !== 0) && !sinks.some((sink) => sink && !sink.plan.given)
      ? parts
      : Math.max(1, Math.min(parts, Math.floor(CHUNK / size)));
  const workspace = (): number => engine.kernels.rowsWorkspace(rows ? 0 : atOnce * perPart, length, norm[0] ?? 0);
  const work = { steps: parts, atOnce, sources: [block, ...sources], sinks: [...sinks], workspace };
  let first = 0;
  return sweep(call, work, ([blockAt = 0, ...from], to, scratch, count) => {
    kernel({ block: blockAt, count, first, last: first + count === parts, scratch }, [...from, ...to]);
    first += count;
  }) as { [Key in keyof Sinks]: Tensor | Resident };
}
