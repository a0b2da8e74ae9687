import type { Call } from "./engine.js";
import { Operand, type Plan } from "./operand.js";
import type { Resident } from "./resident.js";
import { sizeOf } from "./shape.js";
import { floatArray, type Tensor } from "./tensor.js";

/** How a sweep walks over a tensor: items of `length` entries, of which step i takes number `itemOf(i)`, by default i. */
interface Items {
  length: number;
  itemOf?: ((step: number) => number) | undefined;
}

/** A tensor that the kernel reads. */
export interface Source extends Items {
  operand: Operand;
}

/** A tensor that the kernel writes. With `adds` it adds to what earlier steps left there, to zeros at first. Without any step it is zeros. */
export interface Sink extends Items {
  plan: Plan;
  adds?: boolean;
}

type Pointers<List> = { [Key in keyof List]: number };

/** What a kernel is called for, step by step. */
export interface Sweep<Sources, Sinks> {
  steps: number;
  /** Steps done by one call of the kernel, where items follow one another; default 1. */
  atOnce?: number;
  sources: Sources;
  sinks: Sinks;
  /** Bytes of scratch. */
  workspace?: () => number;
}

/** Pointers to the items of one step (0 for a source that is absent), to scratch, and how many steps to do. */
export type Kernel<Sources, Sinks> = (
  sources: Pointers<Sources>,
  sinks: Pointers<Sinks>,
  workspace: number,
  count: number,
) => void;

/** One tensor during a sweep. */
class Track {
  readonly operand: Operand | undefined;
  readonly itemBytes: number;
  readonly slotBytes: number;
  slot = 0;
  readonly #items: Items;
  /** The item whose bytes are in the slot. */
  #held = -1;

  constructor(operand: Operand | undefined, items: Items, atOnce: number) {
    this.operand = operand;
    this.#items = items;
    this.itemBytes = items.length * (operand?.width ?? 0);
    this.slotBytes = operand?.pointer === 0 ? this.itemBytes * (items.itemOf ? 1 : atOnce) : 0;
  }

  item(step: number): number {
    return this.#items.itemOf?.(step) ?? step;
  }

  at(item: number): number {
    const pointer = this.operand?.pointer ?? 0;
    return pointer === 0 ? this.slot : pointer + item * this.itemBytes;
  }

  /** Sees to it that the items of a step are where the kernel looks for them. */
  load(step: number, count: number): number {
    const { operand } = this;
    if (!operand) return 0;
    const item = this.item(step);
    if (operand.pointer === 0 && item !== this.#held) {
      operand.load(this.slot, item * this.#items.length, this.#entries(count));
      this.#held = item;
    }
    return this.at(item);
  }

  /** Takes the items of a step from the slot to their tensor. */
  store(step: number, count: number): void {
    if (this.operand?.pointer !== 0) return;
    this.operand.store(this.slot, this.item(step) * this.#items.length, this.#entries(count));
  }

  #entries(count: number): number {
    return this.#items.length * (this.#items.itemOf ? 1 : count);
  }
}

/**
 * Runs a kernel over tensors item by item: plain tensors are copied in and out, one step at a time, and residents are
 * worked on in place. Gives the results, in the order of the sinks; nothing runs if all of them are empty.
 *
 * All that can be refused is refused (MEMORY) before the first entry is written.
 */
export function sweep<
  const Sources extends readonly (Source | undefined)[],
  const Sinks extends readonly (Sink | undefined)[],
>(
  { engine, operation }: Call,
  { steps, atOnce = 1, sources, sinks, workspace }: Sweep<Sources, Sinks>,
  kernel: Kernel<Sources, Sinks>,
): { [Key in keyof Sinks]: Tensor | Resident } {
  const results = sinks.map((sink) => {
    if (!sink) return undefined;
    if (sink.plan.given) return sink.plan.given;
    const shape = [...sink.plan.shape];
    const data = floatArray(operation, "out", sizeOf(shape));
    return { value: { data, shape }, operand: new Operand(engine, shape, data) };
  });
  const inputs = sources.map((source) => new Track(source?.operand, source ?? { length: 0 }, atOnce));
  const outputs = sinks.map((sink, i) => new Track(results[i]?.operand, sink ?? { length: 0 }, atOnce));
  if (outputs.some(({ operand }) => operand && operand.size > 0)) {
    const tracks = [...inputs, ...outputs];
    const slots = engine.stage(operation, [...tracks.map(({ slotBytes }) => slotBytes), workspace?.() ?? 0]);
    tracks.forEach((track, i) => (track.slot = slots[i] ?? 0));
    const scratch = slots[tracks.length] ?? 0;
    for (const sink of sinks) if (sink?.adds || steps === 0) sink?.plan.given?.operand.bytes().fill(0);
    for (let step = 0; step < steps; step += atOnce) {
      const count = Math.min(atOnce, steps - step);
      const from = inputs.map((track) => track.load(step, count));
      const to = outputs.map((track, i) => {
        if (sinks[i]?.adds) return track.load(step, count);
        return track.operand ? track.at(track.item(step)) : 0;
      });
      kernel(from as Pointers<Sources>, to as Pointers<Sinks>, scratch, count);
      for (const track of outputs) track.store(step, count);
    }
  }
  return results.map((result) => result?.value) as { [Key in keyof Sinks]: Tensor | Resident };
}
