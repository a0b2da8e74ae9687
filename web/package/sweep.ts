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

/**
 * A tensor that the kernel writes. With `adds` it adds to what earlier steps left there, to zeros at first. Without any step
 * it is zeros.
 */
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
  const items: readonly ((Items & { adds?: boolean }) | undefined)[] = [...sources, ...sinks];
  const operands = [...sources, ...results].map((each) => each?.operand);
  if (results.some((result) => result && result.operand.size > 0)) {
    // Loops and lists of numbers: small problems are over before objects of their own are made for the tensors.
    const entries = ({ length, itemOf }: Items, count: number): number => (itemOf ? length : length * count);
    const sizes: number[] = [];
    for (let i = 0; i < items.length; i++) {
      const [each, operand] = [items[i], operands[i]];
      sizes.push(each && operand?.pointer === 0 ? entries(each, atOnce) * operand.width : 0);
    }
    sizes.push(workspace?.() ?? 0);
    const slots = engine.stage(operation, sizes);
    /** Of each tensor that is outside, the item whose entries are in its slot. */
    const held: number[] = [];
    for (const sink of sinks) if (sink?.adds || steps === 0) sink?.plan.given?.operand.bytes().fill(0);
    for (let step = 0; step < steps; step += atOnce) {
      const count = Math.min(atOnce, steps - step);
      const at: number[] = [];
      for (let i = 0; i < items.length; i++) {
        const [each, operand, slot = 0] = [items[i], operands[i], slots[i]];
        const item = each?.itemOf?.(step) ?? step;
        if (!each || !operand) at.push(0);
        else if (operand.pointer > 0) at.push(operand.pointer + item * each.length * operand.width);
        else {
          if ((i < sources.length || each.adds) && held[i] !== item) {
            operand.load(slot, item * each.length, entries(each, count));
            held[i] = item;
          }
          at.push(slot);
        }
      }
      const to = at.splice(sources.length);
      kernel(at as Pointers<Sources>, to as Pointers<Sinks>, slots[items.length] ?? 0, count);
      for (let i = sources.length; i < items.length; i++) {
        const [each, operand] = [items[i], operands[i]];
        if (!each || operand?.pointer !== 0) continue;
        operand.store(slots[i] ?? 0, (each.itemOf?.(step) ?? step) * each.length, entries(each, count));
      }
    }
  }
  return results.map((result) => result?.value) as { [Key in keyof Sinks]: Tensor | Resident };
}
