import { choice, decimal, flag, whole, type StateOf } from "../shared/state.js";

export const viewNames = ["matrices", "steps", "error", "inverse", "leak", "speed"] as const;
export type ViewName = (typeof viewNames)[number];

/** What stands between the two outer factors; as in the package. */
export const inverseNames = ["none", "iterative", "exact", "pinv", "ridge"] as const;
export type InverseName = (typeof inverseNames)[number];

export const orderNames = ["sequence", "shuffled"] as const;
export type OrderName = (typeof orderNames)[number];

/** What landmarks are the means of. */
export const sourceNames = ["segments", "clusters"] as const;
export type SourceName = (typeof sourceNames)[number];

/** Steps of the derivation: two softmaxes, landmarks, what stands between them, its iteration. */
export const stepNames = ["softmaxes", "landmarks", "middle", "iteration"] as const;
export type StepName = (typeof stepNames)[number];

/** Most landmarks that are timed; the other pictures have one for each token at most. */
export const mostTimed = 256;

/** Most steps of the iteration that pictures show. */
export const mostSteps = 30;

/** State of the widget. The defaults show eight landmarks that stand for 64 tokens, roughly. */
export const schema = {
  view: choice(viewNames, "matrices"),
  inverse: choice(inverseNames, "iterative"),
  /** Number of landmarks m. */
  landmarks: whole(8, 1),
  from: choice(sourceNames, "segments"),
  iterations: whole(6, 0),
  /** What the iteration's start is multiplied by. */
  factor: decimal(1, 0.1, 16),
  /** Correlation of a token with its predecessor. */
  drift: decimal(0.9, 0, 0.999),
  /** Standard deviation of the entries of q and k. */
  sigma: decimal(1.5, 0.1, 2),
  order: choice(orderNames, "sequence"),
  seed: whole(1, 1),
  /** Of the derivation. */
  step: choice(stepNames, "softmaxes"),
  table: flag(),
};

export type NystromState = StateOf<typeof schema>;
