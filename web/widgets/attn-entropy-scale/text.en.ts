/** English texts of the figure of scales. */
export const en = {
  titleLength: "Does attention keep its entropy when the text grows?",
  titleTokens: "What becomes of one token’s weight as others join?",

  view: "What to look at",
  viewLength: "Entropy against n",
  viewTokens: "Add tokens one by one",
  keys: "Queries and keys",
  keysRandom: "random directions",
  keysSentence: "a sentence, MiniLM",
  keysPassage: "a passage, MiniLM",
  layer: "Layer",
  head: "Head",
  headAll: "all {heads}",
  d: "Head size d",
  kappa: "κ in κ ln n/d",
  n: "Tokens so far",
  nOf: "{n} of {most}",
  query: "Query",
  key: "Key that is followed",
  keyStrongest: "strongest of the first eight",
  addToken: "Add a token",
  word: ", “{word}”,",
  roll: "Roll the seed",
  rolled: "seed {seed}",
  reset: "Reset",
  waiting: "Loading the kernels…",
  loading: "Loading the model’s queries and keys…",
  measuring: "Measuring…",
  dataFailed: "The model’s queries and keys could not be loaded: {reason}",
  failed: "This could not be measured: {reason}",

  axisTokens: "number of keys n",
  axisEntropy: "mean entropy H in nats",
  axisRowEntropy: "entropy H of the row, in nats",
  axisWeight: "weight of the key that is followed",
  uniform: "everything averaged: ln n",
  uniformWeight: "everything averaged: 1/n",
  theory: "estimate for very many keys, of each scale",
  band: "four fifths of the rows",

  captionLength:
    "From {from} to {to} keys the mean entropy changes by {sqrt} nats under 1/√d, by {log512} under log₅₁₂ n/√d, by {free} under κ ln n/d with κ = {kappa}, by {steep} under ln n/(0.24 d) and by {log} under ln n/√d; averaging everything, by {uniform}.",
  captionRandom:
    "With random keys log₅₁₂ n/√d only damps the growth: by {share} against 1/√d. It takes κ near 1/0.24 to make the curve nearly flat.",
  captionReal:
    "Here log₅₁₂ n/√d damps the growth by {share} against 1/√d; it depends on layer and head. The model was trained with 1/√d.",
  captionTokens:
    "With {n} tokens, token {key}{name} has {sqrt} of the attention under 1/√d and {log512} under log₅₁₂ n/√d; averaging everything it would have {uniform}.",
  captionTokensStart: "With {first}, when it was among the first, it had {sqrtFirst} and {log512First}.",
  captionTokensAbsent: "With {n} tokens, token {key}{name} is not there yet.",
  captionTokensEntropy: "The entropy of the row is {sqrt} under 1/√d and {log512} under log₅₁₂ n/√d.",
  noteRandom:
    "Queries and keys: directions at random, length √d, as in the derivation. {queries} queries, up to {keys} keys, seed {seed}.",
  noteReal:
    "Queries and keys of all-MiniLM-L6-v2, layer {layer}; for n keys those of the first n tokens, as they came out of the whole text.",

  tableLength: "Mean entropy",
  tableTokens: "The row while tokens are added",
  tableWeight: "weight, {scale}",
  tableEntropy: "H, {scale}",
} as const;

/** What the other language must have, key for key. */
export type EntropyScaleText = typeof en;
