import { choice, type StateOf } from "../shared/state.js";

/** Sizes on offer, all of 8 heads of 64: those of which there are stored figures of the peers. */
export const sizeNames = ["256", "1024", "1024-causal", "2048"] as const;
export type SizeName = (typeof sizeNames)[number];

/** Exact attention beside the peers, or where attention of linear cost becomes faster than it. */
export const viewNames = ["exact", "crossover"] as const;
export type ViewName = (typeof viewNames)[number];

/** State of the widget. The default is measured within a second on most machines, so it is measured at once. */
export const schema = { size: choice(sizeNames, "256"), view: choice(viewNames, "exact") };

export type BenchmarkState = StateOf<typeof schema>;

export interface Size {
  readonly heads: number;
  readonly n: number;
  readonly d: number;
  readonly causal: boolean;
}

export const sizeOf = (name: SizeName): Size => ({
  heads: 8,
  n: Number.parseInt(name, 10),
  d: 64,
  causal: name.endsWith("causal"),
});
