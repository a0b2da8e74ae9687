/** State of `<attn-linear>`; every entry is an attribute of the same name. */
export interface LinearState {
  /** The feature map, as `featureMap` of `lab.linearAttention`. Default "elu". */
  map: "elu" | "relu" | "exp" | "softmax" | "cosine";
  /** Channels of queries and keys; default "8". */
  d: "2" | "4" | "8" | "16" | "32";
  /** Standard deviation of their entries, 0.25 to 3; default 1.5. */
  sigma: number;
  /** Whether the future is hidden. Default false. */
  causal: boolean;
  /** Keys kept on each side of a query; 0 (default) for all. */
  near: number;
  /** Default 1. */
  seed: number;
  /** Whether the numbers are shown as tables. Default false. */
  table: boolean;
}

/** Detail of the event `linear-change`. */
export interface LinearNumbers {
  map: LinearState["map"];
  n: number;
  /** Ranks of the two matrices. */
  rank: number;
  exactRank: number;
  /** Over how many keys a row spreads, in the mean. */
  keys: number;
  exactKeys: number;
}

/**
 * Class of `<attn-linear>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnLinear } from "attnlab/widgets/attn-linear/element";
 * customElements.define("attn-linear", AttnLinear);
 */
export declare class AttnLinear extends HTMLElement {
  map: LinearState["map"];
  d: LinearState["d"];
  sigma: number;
  causal: boolean;
  near: number;
  seed: number;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): LinearState;
  set state(state: Partial<LinearState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-linear": AttnLinear;
  }
  interface HTMLElementEventMap {
    "linear-change": CustomEvent<LinearNumbers>;
  }
}
