/** English texts of the comparison. */
export const en = {
  title: "Does a trained model survive a cheaper attention?",

  view: "What to look at",
  viewHeads: "One layer, head by head",
  viewLayers: "All layers",
  source: "Queries, keys and values of",
  sourceSentence: "a sentence in MiniLM",
  sourcePassage: "a long passage in MiniLM",
  sourceSynthetic: "made-up sequences",
  sourceOwn: "your own file",
  layer: "Layer",
  layerCarried: "{layer}, four heads",
  budget: "Budget m",
  head: "Head in detail",
  headOf: "{head} of {heads}",
  roll: "Roll the seed",
  rolled: "seed {seed}",
  reset: "Reset",
  waiting: "Loading the kernels…",
  computing: "Computing",
  cancel: "Cancel",
  failed: "This could not be computed: {reason}",
  loadFailed: "These numbers could not be loaded: {reason}",
  file: "A safetensors file with q, k and v, [heads, n, d]",
  fileNote: "It stays on your machine. At most {heads} heads and {tokens} tokens are taken.",

  fileMissing: "This file has no tensors q, k and v. It has: {found}.",
  fileShape: "Three axes are wanted, [heads, n, d], none of them empty; there is {found}.",
  fileDiffers: "q and k must have the same shape, and v as many heads and tokens; there are {found}.",
  fileWaiting: "Until there is a file, these are still the numbers of before.",
  loading: "Loading the layers",

  exact: "exact",
  performer: "Performer, {budget} features",
  nystrom: "Nyström, {budget} landmarks",
  linear: "linear, elu + 1",
  sparse: "window of {budget} keys",
  uniform: "averaging everything",
  best: "best of rank {budget}",
  shortPerformer: "Performer",
  shortNystrom: "Nyström",
  shortLinear: "linear",
  shortSparse: "window",
  shortUniform: "averaging",
  heads: "head",
  outputError: "relative output error",
  bandNote: "Lines only guide the eye. The band: four fifths of {seeds} draws.",
  point: "head {head}: {error}",
  driftNote: "From head 1 to 6 the tokens drift more slowly: neighbors correlate by {drifts}.",
  matrixNote: "Head {head} in detail. A row is a query, a column a key; all in the colors of the exact one.",
  averagedNote: "Each cell is the mean of {block} × {block} entries.",
  matricesLabel: "Five matrices, a row for each query, a column for each key. Arrow keys move the mark on all of them.",
  readoutNone: "Tap or point at an entry, or move there with the arrow keys: all share one mark.",
  readout:
    "Query {row}, key {column}: exact {exact}, Performer {performer}, Nyström {nystrom}, linear {linear}, window {sparse}.",
  layersLabel:
    "Four grids, a row for each layer, a column for each head. Arrow keys move the mark, Enter shows the head in detail.",
  layersNote:
    "A row is a layer, the first on top, a column a head. Blue: nearer to the truth than averaging everything, orange: farther off; the deepest stands for four times and more. A click shows the head in detail.",
  layersReadout:
    "Layer {layer}, head {head}: off by {performer} with Performer, {nystrom} with Nyström, {linear} with linear attention, {sparse} with a window; averaging is off by {uniform}.",
  betterIn: "{name}: better in {better} of {heads}",

  captionModel: "Layer {layer} of {model}, {heads} heads, {n} tokens, weights as they are, nothing retrained.",
  captionSynthetic: "{heads} made-up heads of {n} tokens.",
  captionOwn: "{heads} heads of {n} tokens from {name}.",
  captionErrors:
    "In the middle of the heads the output is off by {performer} with Performer, {nystrom} with Nyström, {linear} with linear attention, {sparse} with a window; averaging everything is off by {uniform}.",
  captionCount: "Performer beats averaging by a tenth or more in {performer} of {heads} heads, Nyström in {nystrom}.",
  captionLayers:
    "{layers} layers of {model}, {heads} heads in all, {n} tokens, weights as they are, nothing retrained.",
  captionBetter:
    "Better than averaging by a tenth or more: Performer in {performer} of {heads} heads, Nyström in {nystrom}, linear attention in {linear}, the window in {sparse}.",
  captionAll: "{budget} landmarks for {n} tokens: Nyström is exact attention here.",

  tableErrors: "Head {head}: how far off",
  tableLayers: "Middle error of the heads of every layer",
  tableBetter: "Performer better in",
  betterOf: "{better} of {heads}",
  tableHeads: "Relative output error of every head",
} as const;

/** What the other language must have, key for key. */
export type CompareText = typeof en;
