import { choice, decimal, flag, whole, type StateOf } from "../shared/state.js";

export const viewNames = ["transform", "solver", "failures", "sampling"] as const;
export type ViewName = (typeof viewNames)[number];

/** Distributions to start from; see starts.ts. */
export const startNames = ["random", "ramp", "peaked", "geometric", "flat", "tie", "bounded"] as const;
export type StartName = (typeof startNames)[number];

/** Those that the article's iteration fails on. */
export const failing = ["peaked", "geometric", "flat", "tie"] as const satisfies readonly StartName[];

/** State of the widget. The defaults show the article's own sample. */
export const schema = {
  view: choice(viewNames, "transform"),
  from: choice(startNames, "random"),
  /** The target in nats; 0 for the one that belongs to the start, or to sampling. */
  entropy: decimal(0, 0, 20),
  seed: whole(1, 1),
  /** Rounds of the article's iteration that are drawn. */
  round: whole(10),
  /** Which step of the text, from 1. */
  step: whole(6, 1),
  temperature: decimal(0.7, 0.05, 5),
  topk: whole(30, 1),
  topp: decimal(0.9, 0.01, 1),
  table: flag(),
};

export type EntropyState = StateOf<typeof schema>;
