/** English texts of linear attention. */
export const en = {
  title: "What does attention lose without its softmax?",

  map: "Feature map",
  elu: "elu + 1",
  relu: "relu",
  exp: "exp",
  softmax: "two softmaxes",
  cosine: "1 + cosine",
  d: "Channels d",
  sigma: "Size of q and k",
  causal: "Hide the future",
  roll: "Roll the seed",
  rolled: "seed {seed}",
  reset: "Reset",
  waiting: "Loading the kernels…",

  exactMatrix: "softmax attention",
  linearMatrix: "linear attention, in the colors of the other",
  exactLine: "softmax",
  linearLine: "linear",
  uniform: "averaging everything",
  singular: "number of the singular value",
  singularValue: "singular value",
  rankMark: "{features} features",
  tokens: "tokens n",
  keysPerRow: "keys that a row spreads over",
  point: "{x}: {y}",
  rankNote:
    "A singular value below the precision of float32 counts as 0. A row of entropy H spreads over e to the power of H keys.",

  captionRank:
    "{map}, {n} tokens, {d} channels: the matrix of linear attention has rank {linear}, that of softmax {exact}.",
  captionCausal:
    "{map}, {n} tokens, {d} channels, the future hidden: the matrix of linear attention has rank {linear}, that of softmax {exact}.",
  captionSpread: "A row spreads over {linear} keys, with softmax over {exact}; averaging over {uniform}.",
  captionEmpty: "Rows without any weight, for want of a feature above 0: {empty}.",

  tableSpread: "Keys that a row spreads over",
  tableSingular: "Singular values",
} as const;

/** What the other language must have, key for key. */
export type LinearText = typeof en;
