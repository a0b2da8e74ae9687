import { choice, flag, whole, type StateOf } from "../shared/state.js";

export const patternNames = ["local", "atrous", "sparse", "bigbird"] as const;
export type PatternName = (typeof patternNames)[number];

/** State of the widget. The defaults show a pattern that keeps a third of the entries and reaches everything in two layers. */
export const schema = {
  pattern: choice(patternNames, "sparse"),
  /** Keys on each side of a query: local, sparse. */
  window: whole(8),
  /** Distance between the keys of atrous and sparse. */
  dilation: whole(8, 1),
  /** Tokens in a block of Big Bird. */
  block: whole(4, 1),
  /** Blocks on each side: Big Bird. */
  blocks: whole(1),
  /** Blocks drawn for each block of queries: Big Bird. */
  random: whole(1),
  /** Tokens that see all and are seen by all. */
  globals: whole(0),
  causal: flag(),
  layers: whole(2, 1),
  seed: whole(1),
  table: flag(),
};

export type SparseState = StateOf<typeof schema>;
