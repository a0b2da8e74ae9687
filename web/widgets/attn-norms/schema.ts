import { choice, flag, whole, type Field, type StateOf } from "../shared/state.js";

export const viewNames = ["forward", "backward", "compare", "precision"] as const;
export type ViewName = (typeof viewNames)[number];

export const normNames = ["layer", "rms", "l2", "batch", "instance", "group"] as const;
export type NormName = (typeof normNames)[number];

/** What layer norm, RMS norm and L2 norm take together: the channels of a token, or everything of a sample. */
export const axesNames = ["channels", "sample"] as const;
export type AxesName = (typeof axesNames)[number];

/** Gradients with respect to the output, for looking at the backward pass. */
export const gradientNames = ["one", "equal", "output", "random"] as const;
export type GradientName = (typeof gradientNames)[number];

/** How a textbook's program writes the variance: mean of squares less square of the mean, or mean of squared differences. */
export const programNames = ["squares", "differences"] as const;
export type ProgramName = (typeof programNames)[number];

/** Extents of the whole batch; fewer samples and tokens may be looked at. */
export const most = { samples: 4, tokens: 3, channels: 6 } as const;

/** Entries are dragged between minus and plus this. */
export const reach = 6;

/** Divisors of the number of channels. */
export const groupCounts = [1, 2, 3, 6] as const;

/** A whole number between limits, 0 and minus included. */
function power(initial: number, least: number, greatest: number): Field<number> {
  return {
    initial,
    parse(text) {
      const value = Number(text);
      return /^-?\d{1,2}$/.test(text) && value >= least && value <= greatest ? value : undefined;
    },
    format: String,
  };
}

/** One of some whole numbers. */
function oneOf(numbers: readonly number[], initial: number): Field<number> {
  return { initial, parse: (text) => numbers.find((number) => String(number) === text), format: String };
}

/** `14_2.5~3_-1`: entries that were dragged, each by its place in the whole batch, and where to. */
const edits: Field<string> = {
  initial: "",
  parse: (text) => (/^(?:\d{1,2}_-?\d*\.?\d+(?:~|$))*$/.test(text) ? text : undefined),
  format: String,
};

/** State of the widget. The defaults show a loud sample and a shifted channel under layer norm. */
export const schema = {
  view: choice(viewNames, "forward"),
  norm: choice(normNames, "layer"),
  axes: choice(axesNames, "channels"),
  groups: oneOf(groupCounts, 2),
  /** Leave the mean where it is. */
  uncentered: flag(),
  /** Batch norm with stored statistics. */
  inference: flag(),
  /** Whether the gradient that comes in is one entry, all alike, the output, or random. */
  gradient: choice(gradientNames, "one"),
  /** The entry looked at, from 1. */
  sample: whole(2, 1),
  token: whole(3, 1),
  channel: whole(1, 1),
  samples: whole(most.samples, 1),
  tokens: whole(most.tokens, 1),
  /** Activations are multiplied by ten to this. */
  size: power(0, -30, 30),
  /** Ten to this is added to every entry; nothing for 0. */
  offset: power(0, 0, 8),
  /** What the kernel is held against in the view "precision". */
  program: choice(programNames, "squares"),
  /** eps is ten to this. */
  eps: power(-5, -12, 0),
  seed: whole(1, 1),
  edits,
  table: flag(),
};

export type NormsState = StateOf<typeof schema>;
