/** State of `<attn-compare>`; every entry is an attribute of the same name. */
export interface CompareState {
  /** One layer head by head (default), or all layers of a text side by side. */
  view: "heads" | "layers";
  /** Whose queries, keys and values. Default "sentence"; "own" waits for the reader's file. */
  source: "sentence" | "passage" | "synthetic" | "own";
  /** Layer of the model, from 1; 0 (default) for the four heads that travel with the widget. */
  layer: number;
  /** Head in detail, from 1. Default 1. */
  head: number;
  /** Features, landmarks, and keys of the window. Default 16; at most 1024. */
  budget: number;
  /** Default 1. */
  seed: number;
  /** Whether a table of all heads is shown. Default false. */
  table: boolean;
}

/** Detail of the event `compare-change`: the middle one of the heads' relative output errors, in the
 * view of all layers over the heads of all of them. */
export interface CompareNumbers {
  view: CompareState["view"];
  source: CompareState["source"];
  heads: number;
  n: number;
  budget: number;
  performer: number;
  nystrom: number;
  linear: number;
  sparse: number;
  uniform: number;
  /** Heads in which Performer beats averaging by a tenth or more. */
  performerBetter: number;
}

/**
 * Class of `<attn-compare>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnCompare } from "attnlab/widgets/attn-compare/element";
 * customElements.define("attn-compare", AttnCompare);
 */
export declare class AttnCompare extends HTMLElement {
  view: CompareState["view"];
  source: CompareState["source"];
  layer: number;
  head: number;
  budget: number;
  seed: number;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): CompareState;
  set state(state: Partial<CompareState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-compare": AttnCompare;
  }
  interface HTMLElementEventMap {
    "compare-change": CustomEvent<CompareNumbers>;
  }
}
