import { choice, decimal, flag, whole, type StateOf } from "../shared/state.js";

export const mapNames = ["elu", "relu", "exp", "softmax", "cosine"] as const;
export type MapName = (typeof mapNames)[number];

/** State of the widget. The defaults show a matrix of rank 8 beside one of rank 64. */
export const schema = {
  map: choice(mapNames, "elu"),
  /** Channels of queries and keys. */
  d: choice(["2", "4", "8", "16", "32"], "8"),
  /** Standard deviation of their entries. */
  sigma: decimal(1.5, 0.25, 3),
  causal: flag(),
  /** Keys kept on each side of a query; 0 for all. */
  near: whole(0),
  seed: whole(1),
  table: flag(),
};

export type LinearState = StateOf<typeof schema>;
