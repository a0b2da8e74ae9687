/** State of `<attn-entropy>`; every entry is an attribute of the same name. */
export interface EntropyState {
  /** The power transform, the way to its exponent, the article's failures, or sampling. Default "transform". */
  view: "transform" | "solver" | "failures" | "sampling";
  /** The distribution to start from. Default "random", 100 uniform random numbers. */
  from: "random" | "ramp" | "peaked" | "geometric" | "flat" | "tie" | "bounded";
  /** The target in nats; 0 (default) for the one that belongs to the start, or to sampling. */
  entropy: number;
  /** Seed of random starts and of the text. Default 1. */
  seed: number;
  /** How many rounds of the article's iteration are drawn. Default 10. */
  round: number;
  /** Which step of the text, from 1. Default 6. */
  step: number;
  /** Settings of the other rules for drawing tokens. Defaults 0.7, 30, 0.9. */
  temperature: number;
  topk: number;
  topp: number;
  /** Whether tables of the numbers are shown. Default false. */
  table: boolean;
}

/** Detail of the event `entropy-change`. */
export interface EntropyNumbers {
  view: EntropyState["view"];
  /** Entries of the distribution. */
  n: number;
  initialEntropy: number;
  target: number;
  /** What the robust solver found, and 1 over it. */
  exponent: number;
  temperature: number;
  rounds: number;
  /** Where the article's iteration ended. */
  articleExponent: number;
  articleOutcome: "converged" | "reversed" | "diverged" | "clamped" | "unfinished";
}

/**
 * Class of `<attn-entropy>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnEntropy } from "attnlab/widgets/attn-entropy/element";
 * customElements.define("attn-entropy", AttnEntropy);
 */
export declare class AttnEntropy extends HTMLElement {
  view: EntropyState["view"];
  from: EntropyState["from"];
  entropy: number;
  seed: number;
  round: number;
  step: number;
  temperature: number;
  topk: number;
  topp: number;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): EntropyState;
  set state(state: Partial<EntropyState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-entropy": AttnEntropy;
  }
  interface HTMLElementEventMap {
    "entropy-change": CustomEvent<EntropyNumbers>;
  }
}
