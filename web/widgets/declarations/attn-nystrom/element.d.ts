/** State of `<attn-nystrom>`; every entry is an attribute of the same name. */
export interface NystromState {
  /** The matrices, the error against the number of landmarks, the iterated inverse, or the future. Default "matrices". */
  view: "matrices" | "error" | "inverse" | "leak";
  /** What stands between the outer factors in the matrices view. Default "iterative". */
  inverse: "none" | "iterative" | "exact" | "pinv" | "ridge";
  /** Number of landmarks. Default 8; there are 64 tokens. */
  landmarks: number;
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
  /** |A M A - A| / |A|; in the view of the inverse after six steps. */
  residual?: number;
  /** Share of the largest singular direction that the iteration starts with. */
  largest?: number;
  /** Largest relative change of an output before the token that was changed. */
  largestMove?: number;
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
  iterations: number;
  factor: number;
  drift: number;
  sigma: number;
  order: NystromState["order"];
  seed: number;
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
