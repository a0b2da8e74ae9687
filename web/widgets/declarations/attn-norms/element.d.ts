/** State of `<attn-norms>`; every entry is an attribute of the same name. */
export interface NormsState {
  /** One norm forward, backward, the outputs of all six, or a textbook's program in single precision beside the kernel. Default "forward". */
  view: "forward" | "backward" | "compare" | "precision";
  /** Default "layer". */
  norm: "layer" | "rms" | "l2" | "batch" | "instance" | "group";
  /** What layer norm, RMS norm and L2 norm take together: the channels of a token (default), or everything of a sample. */
  axes: "channels" | "sample";
  /** Groups of group norm: 1, 2 (default), 3 or 6. */
  groups: number;
  /** Whether the mean is left where it is. Default false. */
  uncentered: boolean;
  /** Whether batch norm takes stored statistics. Default false. */
  inference: boolean;
  /** The gradient that comes in: 1 at the chosen output (default), 1 everywhere, the output itself, or random. */
  gradient: "one" | "equal" | "output" | "random";
  /** The entry looked at, from 1. Defaults 2, 3, 1. */
  sample: number;
  token: number;
  channel: number;
  /** How many samples (up to 4, the default) and tokens of each (up to 3, the default) there are. */
  samples: number;
  tokens: number;
  /** Activations are multiplied by ten to this, -30 to 30. Default 0. */
  size: number;
  /** Ten to this, up to 8, is added to every entry; nothing for 0, the default. */
  offset: number;
  /** How the textbook's program has the variance: mean of squares less square of the mean (default), or squared differences. */
  program: "squares" | "differences";
  /** eps is ten to this, -12 to 0. Default -5. */
  eps: number;
  /** Seed of the activations. Default 1. */
  seed: number;
  /** Entries that were dragged: place in the batch, underscore, value, joined by tildes. Default "". */
  edits: string;
  /** Whether tables of the numbers are shown. Default false. */
  table: boolean;
}

/** Detail of the event `norms-change`. */
export interface NormsNumbers {
  view: NormsState["view"];
  norm: NormsState["norm"];
  /** Entries that are normalized together with the chosen one; 1 with stored statistics. */
  count: number;
  /** Of those before, or as stored. */
  mean: number;
  deviation: number;
  /** What the norm subtracts from the chosen entry, and what it divides the difference by. */
  subtracted: number;
  divisor: number;
  /** The chosen entry before and after. */
  value: number;
  output: number;
  /** Of those after. */
  outputMean: number;
  outputDeviation: number;
  /** Largest difference from double precision, as a share of the largest entry. */
  error: number;
}

/**
 * Class of `<attn-norms>`. Importing this module registers nothing.
 *
 * @example
 * import { AttnNorms } from "attnlab/widgets/attn-norms/element";
 * customElements.define("attn-norms", AttnNorms);
 */
export declare class AttnNorms extends HTMLElement {
  view: NormsState["view"];
  norm: NormsState["norm"];
  axes: NormsState["axes"];
  groups: number;
  uncentered: boolean;
  inference: boolean;
  gradient: NormsState["gradient"];
  sample: number;
  token: number;
  channel: number;
  samples: number;
  tokens: number;
  size: number;
  offset: number;
  program: NormsState["program"];
  eps: number;
  seed: number;
  edits: string;
  table: boolean;
  theme: "auto" | "light" | "dark";
  /** The whole state; setting it changes the given entries and leaves the rest. */
  get state(): NormsState;
  set state(state: Partial<NormsState>);
  /** Address of this page that opens with the widget in its present state. */
  readonly permalink: string;
  /** Back to the state the page's author wrote. */
  reset(): void;
  /** Resolves when the element has drawn its latest state. */
  readonly updateComplete: Promise<boolean>;
}

declare global {
  interface HTMLElementTagNameMap {
    "attn-norms": AttnNorms;
  }
  interface HTMLElementEventMap {
    "norms-change": CustomEvent<NormsNumbers>;
  }
}
