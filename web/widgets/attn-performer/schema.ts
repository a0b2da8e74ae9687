import { choice, decimal, flag, whole, type StateOf } from "../shared/state.js";

export const viewNames = ["matrices", "error", "norms", "estimators", "range", "speed"] as const;
export type ViewName = (typeof viewNames)[number];

export const estimatorNames = ["positive", "hyperbolic", "trigonometric", "regularized", "relu"] as const;
export type EstimatorName = (typeof estimatorNames)[number];

/** How directions are drawn; see problem.ts. */
export const drawNames = ["orthogonal", "independent", "quantile", "stratified", "sqrt-d"] as const;
export type DrawName = (typeof drawNames)[number];

export const tokenNames = ["smooth", "independent"] as const;
export type TokenName = (typeof tokenNames)[number];

export const widths = [4, 16, 64] as const;

/** Most directions that a picture is drawn with. */
export const mostFeatures = 1024;

/** State of the widget. The defaults show a matrix that is met roughly, with fewer features than tokens. */
export const schema = {
  view: choice(viewNames, "matrices"),
  estimator: choice(estimatorNames, "positive"),
  draw: choice(drawNames, "orthogonal"),
  /** Number of directions m. */
  features: whole(32, 1),
  /** Head size d: "4", "16" or "64". */
  d: choice(["4", "16", "64"], "16"),
  /** Standard deviation of the entries of q and k. */
  sigma: decimal(0.7, 0.05, 2),
  tokens: choice(tokenNames, "smooth"),
  seed: whole(1, 1),
  /** Length of x and y in the view of estimators. */
  length: decimal(1, 0.1, 2),
  table: flag(),
};

export type PerformerState = StateOf<typeof schema>;
