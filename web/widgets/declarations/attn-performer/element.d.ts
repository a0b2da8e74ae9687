/** State of `<attn-performer>`; every entry is an attribute of the same name. */
export interface PerformerState {
  /**
   * The matrices, the error against the number of directions or the size of q and k, the two estimators, evaluation in
   * float32, or time. Default "matrices".
   */
  view: "matrices" | "error" | "norms" | "estimators" | "range" | "speed";
  /** Features of the matrices view. Default "positive". */
  estimator: "positive" | "hyperbolic" | "trigonometric" | "regularized" | "relu";
  /** How directions are drawn. Default "orthogonal". */
  draw: "orthogonal" | "independent" | "quantile" | "stratified" | "sqrt-d";
  /** Number of directions. Default 32; pictures have at most 1024. */
  features: number;
  /** Head size. Default "16". */
  d: "4" | "16" | "64";
  /** Standard deviation of the entries of q and k. Default 0.7. */
  sigma: number;
  /** Tokens that drift along the sequence (default), or that are independent. */
  tokens: "smooth" | "independent";
  /** Default 1. */
  seed: number;
  /** Length of the two vectors in the view of estimators. Default 1. */
  length: number;
  /** Whether tables of the numbers are shown. Default false. */
  table: boolean;
}

/** Detail of the event `performer-change`: what the view in sight has of these. */
export interface PerformerNumbers {
  view: PerformerState["view"];
  features?: number;
  sigma?: number;
  /** Relative output error, and that of averaging everything. */
  error?: number;
  uniformError?: number;
  /** Upper bound of the rank. */
  rank?: number;
  /** The middle one of the entries' relative standard deviations, by theory. */
  spread?: number;
  /** Relative output error of one independent direction, by theory. */
  theory?: number;
  /** Of the two vectors. */
  length?: number;
  /** Against double precision, over all sizes of q and k. */
  largestError?: number;
  /** Number of tokens from which Performer is the faster one. */
  crossing?: number;
}

/**
 * Class of `<attn-performer>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnPerformer } from "attnlab/widgets/attn-performer/element";
 * customElements.define("attn-performer", AttnPerformer);
 */
export declare class AttnPerformer extends HTMLElement {
  view: PerformerState["view"];
  estimator: PerformerState["estimator"];
  draw: PerformerState["draw"];
  features: number;
  d: PerformerState["d"];
  sigma: number;
  tokens: PerformerState["tokens"];
  seed: number;
  length: number;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): PerformerState;
  set state(state: Partial<PerformerState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-performer": AttnPerformer;
  }
  interface HTMLElementEventMap {
    "performer-change": CustomEvent<PerformerNumbers>;
  }
}
