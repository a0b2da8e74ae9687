/** State of `<attn-sparse>`; every entry is an attribute of the same name. */
export interface SparseState {
  /** Default "sparse". */
  pattern: "local" | "atrous" | "sparse" | "bigbird";
  /** Keys on each side of a query, "local" and "sparse"; default 8. */
  window: number;
  /** Distance between the keys that "atrous" and "sparse" keep; default 8. */
  dilation: number;
  /** Tokens in a block of "bigbird"; default 4. */
  block: number;
  /** Blocks on each side, "bigbird"; default 1. */
  blocks: number;
  /** Blocks drawn for each block of queries, "bigbird"; default 1. */
  random: number;
  /** Tokens that see all and are seen by all; default 0. */
  globals: number;
  /** Whether the future is hidden. Default false. */
  causal: boolean;
  /** Layers that a token hears through, 1 to 16; default 2. */
  layers: number;
  /** Of the drawn blocks; default 1. */
  seed: number;
  /** Whether the numbers are shown as tables. Default false. */
  table: boolean;
}

/** Detail of the event `sparse-change`, for 64 tokens. */
export interface SparseNumbers {
  pattern: SparseState["pattern"];
  layers: number;
  /** Entries kept in a layer, and which share of all that is. */
  kept: number;
  keptShare: number;
  /** Share of all entries reached after the layers. */
  reached: number;
}

/**
 * Class of `<attn-sparse>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnSparse } from "attnlab/widgets/attn-sparse/element";
 * customElements.define("attn-sparse", AttnSparse);
 */
export declare class AttnSparse extends HTMLElement {
  pattern: SparseState["pattern"];
  window: number;
  dilation: number;
  block: number;
  blocks: number;
  random: number;
  globals: number;
  causal: boolean;
  layers: number;
  seed: number;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): SparseState;
  set state(state: Partial<SparseState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-sparse": AttnSparse;
  }
  interface HTMLElementEventMap {
    "sparse-change": CustomEvent<SparseNumbers>;
  }
}
