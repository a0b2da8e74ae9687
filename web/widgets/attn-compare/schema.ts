import { choice, flag, whole, type StateOf } from "../shared/state.js";

export const sourceNames = ["sentence", "passage", "synthetic", "own"] as const;
export type SourceName = (typeof sourceNames)[number];

export const viewNames = ["heads", "layers"] as const;
export type ViewName = (typeof viewNames)[number];

/** State of the widget. The defaults show heads of a trained model that travel with the widget. */
export const schema = {
  /** One layer head by head, or all layers of a text side by side. */
  view: choice(viewNames, "heads"),
  source: choice(sourceNames, "sentence"),
  /** Layer of the model, from 1; 0 for the heads that travel with the widget. */
  layer: whole(0),
  /** Head in detail, from 1. */
  head: whole(1, 1),
  /** What every method has to do with: features, landmarks, keys in the window. */
  budget: whole(16, 1),
  seed: whole(1, 1),
  table: flag(),
};

export type CompareState = StateOf<typeof schema>;
