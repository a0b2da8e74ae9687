import { stepsSchema } from "./steps/schema.js";
import { choice, flag, whole, type StateOf } from "../shared/state.js";

/** The three scales on offer, as attribute values. */
export const scaleNames = ["none", "sqrt", "entropy"] as const;
export type ScaleName = (typeof scaleNames)[number];

/** What the reader looks at: the weights, time against n, or the online softmax of a row step by step. */
export const viewNames = ["weights", "speed", "steps"] as const;
export type ViewName = (typeof viewNames)[number];

/** Texts that ship with the widget. */
export const textNames = ["sentence", "passage"] as const;
export type TextName = (typeof textNames)[number];

/**
 * State of the widget. Layer, head, query and key count from 1, as they are shown; key 0 follows the strongest key of
 * the query. The defaults are the telling first view: in layer 2, head 2 looks for the
 * same word elsewhere, and the second "see" finds the first.
 */
export const schema = {
  view: choice(viewNames, "weights"),
  text: choice(textNames, "sentence"),
  layer: whole(2, 1),
  head: whole(2, 1),
  scale: choice(scaleNames, "sqrt"),
  causal: flag(false),
  query: whole(27, 1),
  key: whole(0),
  table: flag(false),
  ...stepsSchema,
};

export type ExplorerState = StateOf<typeof schema>;
