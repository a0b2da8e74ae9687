/** State of `<attn-explorer>`; every entry is an attribute of the same name. Numbers count from 1. */
export interface ExplorerState {
  /** Which of the shipped texts; default "sentence". */
  text: "sentence" | "passage";
  /** Layer of the model; default 2. */
  layer: number;
  /** Attention head; default 2. */
  head: number;
  /** 1, 1/sqrt(d), or the entropy-invariant log_512(n)/sqrt(d); default "sqrt". */
  scale: "none" | "sqrt" | "entropy";
  /** Whether a token sees only itself and what came before; default false. */
  causal: boolean;
  /** Token whose row is shown; default 27. */
  query: number;
  /** Key of the entry in view; 0, the default, is the strongest of the row. */
  key: number;
  /** Whether the numbers are shown as tables; default false. */
  table: boolean;
}

/** Detail of the event `attn-change`: the numbers in view. */
export interface ExplorerNumbers {
  n: number;
  d: number;
  layer: number;
  head: number;
  query: number;
  key: number;
  token: string;
  scale: ExplorerState["scale"];
  causal: boolean;
  /** Factor before q.k in the shown row. */
  scaleValue: number;
  /** Weight of the entry in view. */
  weight: number;
  /** Entropies in nats. */
  rowEntropy: number;
  meanEntropy: number;
  /** e^meanEntropy. */
  effective: number;
  variant: "relaxed" | "simd" | undefined;
}

/**
 * Class of `<attn-explorer>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnExplorer } from "attnlab/widgets/attn-explorer/element";
 * customElements.define("attn-explorer", AttnExplorer);
 */
export declare class AttnExplorer extends HTMLElement {
  text: ExplorerState["text"];
  layer: number;
  head: number;
  scale: ExplorerState["scale"];
  causal: boolean;
  query: number;
  key: number;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): ExplorerState;
  set state(state: Partial<ExplorerState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-explorer": AttnExplorer;
  }
  interface HTMLElementEventMap {
    "config-change": CustomEvent<{ state: ExplorerState }>;
    "attn-change": CustomEvent<ExplorerNumbers>;
  }
}
