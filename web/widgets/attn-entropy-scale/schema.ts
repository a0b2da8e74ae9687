import { choice, decimal, flag, whole, type StateOf } from "../shared/state.js";

export const viewNames = ["length", "tokens"] as const;
export type ViewName = (typeof viewNames)[number];

/** Where queries and keys come from: random directions, or a head of the model on a text. */
export const keyNames = ["random", "sentence", "passage"] as const;
export type KeyName = (typeof keyNames)[number];

/** Head sizes of random keys on offer. */
export const headSizes = [16, 32, 64, 128] as const;

/** State of the widget. The defaults show that random keys do not keep their entropy. */
export const schema = {
  view: choice(viewNames, "length"),
  keys: choice(keyNames, "random"),
  /** Of the model, from 1; the nearest that there is. */
  layer: whole(6, 1),
  /** Of the model, from 1; 0 for the mean of all. */
  head: whole(0),
  d: whole(64, 2),
  kappa: decimal(2.5, 0.1, 10),
  /** Tokens so far, in the view "tokens". */
  n: whole(31, 1),
  /** The query and the key that are followed, from 1; key 0: the strongest of the first eight. */
  query: whole(1, 1),
  key: whole(0),
  seed: whole(1, 1),
  table: flag(),
};

export type EntropyScaleState = StateOf<typeof schema>;
