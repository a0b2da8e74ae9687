/** State of `<attn-nystrom>`; every entry is an attribute of the same name. */
export interface NystromState {
  /**
   * The matrices, the derivation, the error against the number of landmarks, the iterated inverse, the future, or time.
   * Default "matrices".
   */
  view: "matrices" | "steps" | "error" | "inverse" | "leak" | "speed";
  /** What stands between the outer factors in the matrices view. Default "iterative". */
  inverse: "none" | "iterative" | "exact" | "pinv" | "ridge";
  /** Number of landmarks. Default 8; there are 64 tokens, and in the view of time at most 256 landmarks. */
  landmarks: number;
  /** What landmarks are the means of, in the views of the matrices and of the error. Default "segments". */
  from: "segments" | "clusters";
  /** Steps of the iteration. Default 6; pictures have at most 30. */
  iterations: number;
  /** What the iteration's start is multiplied by in the view of the inverse. Default 1. */
  factor: number;
  /** Correlation of a token with its predecessor. Default 0.9. */
  drift: number;
  /** Standard deviation of the entries of q and k. Default 1.5. */
  sigma: number;
  /** Tokens as they drift (default), or the same ones in another order. */
  order: "sequence" | "shuffled";
  /** Default 1. */
  seed: number;
  /** Of the derivation. Default "softmaxes". */
  step: "softmaxes" | "landmarks" | "middle" | "iteration";
  /** Whether tables of the numbers are shown. Default false. */
  table: boolean;
}

/** Detail of the event `nystrom-change`: what the view in sight has of these. */
export interface NystromNumbers {
  view: NystromState["view"];
  landmarks?: number;
  iterations?: number;
  /** Relative output error, that of averaging everything, and that without the middle factor. */
  error?: number;
  uniformError?: number;
  withoutMiddle?: number;
  /** Relative output error at the step of the derivation that is shown. */
  stepError?: number;
  /** Relative output error with the landmarks from the other source. */
  rivalError?: number;
  /** |A M A - A| / |A| */
  residual?: number;
  /** Share of the largest singular direction that the iteration starts with. */
  largest?: number;
  /** Largest relative change of an output before the token that was changed. */
  largestMove?: number;
  /** Number of tokens from which it is the faster one. */
  crossing?: number;
}

/**
 * Class of `<attn-nystrom>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnNystrom } from "attnlab/widgets/attn-nystrom/element";
 * customElements.define("attn-nystrom", AttnNystrom);
 */
export declare class AttnNystrom extends HTMLElement {
  view: NystromState["view"];
  inverse: NystromState["inverse"];
  landmarks: number;
  from: NystromState["from"];
  iterations: number;
  factor: number;
  drift: number;
  sigma: number;
  order: NystromState["order"];
  seed: number;
  step: NystromState["step"];
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): NystromState;
  set state(state: Partial<NystromState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-nystrom": AttnNystrom;
  }
  interface HTMLElementEventMap {
    "nystrom-change": CustomEvent<NystromNumbers>;
  }
}
