import { choice, decimal, flag, whole, type StateOf } from "../shared/state.js";

export const viewNames = ["matrices", "error", "inverse", "leak"] as const;
export type ViewName = (typeof viewNames)[number];

/** What stands between the two outer factors; as in the package. */
export const inverseNames = ["none", "iterative", "exact", "pinv", "ridge"] as const;
export type InverseName = (typeof inverseNames)[number];

export const orderNames = ["sequence", "shuffled"] as const;
export type OrderName = (typeof orderNames)[number];

/** Most steps of the iteration that pictures show. */
export const mostSteps = 30;

/** State of the widget. The defaults show eight landmarks that stand for 64 tokens, roughly. */
export const schema = {
  view: choice(viewNames, "matrices"),
  inverse: choice(inverseNames, "iterative"),
  /** Number of landmarks m. */
  landmarks: whole(8, 1),
  iterations: whole(6, 0),
  /** What the iteration's start is multiplied by. */
  factor: decimal(1, 0.1, 16),
  /** Correlation of a token with its predecessor. */
  drift: decimal(0.9, 0, 0.999),
  /** Standard deviation of the entries of q and k. */
  sigma: decimal(1.5, 0.1, 2),
  order: choice(orderNames, "sequence"),
  seed: whole(1, 1),
  table: flag(),
};

export type NystromState = StateOf<typeof schema>;
