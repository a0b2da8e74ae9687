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
  near: "Keys kept on each side",
  nearAll: "all",
  causal: "Hide the future",
  roll: "Roll the seed",
  rolled: "seed {seed}",
  reset: "Reset",
  waiting: "Loading the kernels…",
  computing: "Computing",
  cancel: "Cancel",
  failed: "This could not be computed: {reason}",

  exactMatrix: "softmax attention",
  linearMatrix: "linear attention, in the same colors",
  matricesLabel:
    "Two attention matrices, a row for each query, a column for each key. Arrow keys move the mark on both.",
  readoutNone: "Tap or point at an entry, or move there with the arrow keys: both matrices share one mark.",
  readout:
    "Query {row}, key {column}: softmax gives it {exact}, linear attention {linear}. This row spreads over {exactKeys} keys with softmax, over {linearKeys} linearly.",
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
  bandNote: "Against n: the middle of {draws} draws; bands hold four fifths of them.",

  captionRank:
    "{map}, {n} tokens, {d} channels{hidden}: the matrix of linear attention has rank {linear}, that of softmax {exact}.",
  captionCausal: ", the future hidden",
  captionNear: ", only {near} keys kept on each side",
  captionSpread: "A row spreads over {linear} keys, with softmax over {exact}; averaging over {uniform}.",
  captionEmpty: "Rows without any weight, for want of a feature above 0: {empty}.",

  tableMaps: "All maps, {n} tokens",
  tableFeatures: "Features",
  tableRank: "Rank",
  tableEntropy: "Entropy H",
  tableKeys: "Keys per row",
  tableRange: "Over the draws",
  range: "{low} to {high}",
  tableSpread: "Keys that a row spreads over",
  tableSingular: "Singular values",
} as const;

/** What the other language must have, key for key. */
export type LinearText = typeof en;
