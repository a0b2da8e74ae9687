/** State of `<attn-entropy-scale>`; every entry is an attribute of the same name. */
export interface EntropyScaleState {
  /** Entropy against the number of keys, or one row while tokens are added. Default "length". */
  view: "length" | "tokens";
  /** Random directions, or a head of all-MiniLM-L6-v2 on a text. Default "random". */
  keys: "random" | "sentence" | "passage";
  /** Layer of the model from 1, the nearest that there is. Default 6. */
  layer: number;
  /** Head from 1; 0 (default) for the mean of all, where one is needed for the first. */
  head: number;
  /** Head size of random keys. Default 64. */
  d: number;
  /** Of the scale kappa ln(n) / d. Default 2.5. */
  kappa: number;
  /** Tokens so far, in the view "tokens". Default 31. */
  n: number;
  /** The query that is followed, from 1, and the key; key 0 (default) for the strongest of the first eight. */
  query: number;
  key: number;
  /** Seed of random keys. Default 1. */
  seed: number;
  /** Whether tables of the numbers are shown. Default false. */
  table: boolean;
}

/** Detail of the event `entropy-scale-change`. */
export interface EntropyScaleNumbers {
  view: EntropyScaleState["view"];
  keys: EntropyScaleState["keys"];
  /** Tokens so far. */
  tokens: number;
  /** In the view "length": numbers of keys, and the mean entropies under the five scales. */
  lengths: number[] | undefined;
  entropy: number[][] | undefined;
}

/**
 * Class of `<attn-entropy-scale>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnEntropyScale } from "attnlab/widgets/attn-entropy-scale/element";
 * customElements.define("attn-entropy-scale", AttnEntropyScale);
 */
export declare class AttnEntropyScale extends HTMLElement {
  view: EntropyScaleState["view"];
  keys: EntropyScaleState["keys"];
  layer: number;
  head: number;
  d: number;
  kappa: number;
  n: number;
  query: number;
  key: number;
  seed: number;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): EntropyScaleState;
  set state(state: Partial<EntropyScaleState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-entropy-scale": AttnEntropyScale;
  }
  interface HTMLElementEventMap {
    "entropy-scale-change": CustomEvent<EntropyScaleNumbers>;
  }
}
