/** English texts of the sparse patterns. */
export const en = {
  title: "Which entries of attention can be left out?",

  pattern: "Pattern",
  local: "local",
  atrous: "atrous",
  sparse: "sparse (both)",
  bigbird: "Big Bird",
  exact: "all entries",
  window: "Window on each side",
  tokens: "{count} tokens",
  dilation: "One key in",
  block: "Block",
  blocks: "Blocks on each side",
  random: "Random blocks",
  globals: "Global tokens",
  layers: "Layers",
  causal: "Hide the future",
  roll: "Roll the seed",
  rolled: "seed {seed}",
  reset: "Reset",
  waiting: "Loading the kernels…",
  computing: "Computing",
  cancel: "Cancel",
  failed: "This could not be computed: {reason}",

  kept: "kept in one layer: rows are queries, columns keys",
  reached: "reached after {layers} layers: the paler, the later",
  reachedOne: "reached after one layer",
  reachedDark: "reached after {layers} layers: the dimmer, the later",
  reachAxis: "layers",
  reachShare: "share of all entries reached",
  countAxis: "tokens n",
  countShare: "entries kept",
  point: "{x}: {y}",
  chartNote:
    "The thick line is the chosen pattern as it is set; the others have the same window, distance and blocks, and only Big Bird has global tokens: its first block.",

  captionKept: "Pattern {pattern}: {count} of {all} entries kept for {n} tokens, {share}.",
  captionCausal: "Pattern {pattern}: {count} of {all} entries kept for {n} tokens, {share}, the future left out.",
  captionAllOne: "That is all of them.",
  captionAll: "After {layers} layers every token has heard of every other that it may.",
  captionReachOne: "With one layer a token hears of {share} of them.",
  captionReach: "After {layers} layers a token has heard of {share} of all.",
  captionLater: "It takes {settled} layers to reach everything.",
  captionNever: "More layers do not help: it stays at {share}.",

  time: "Time it here",
  timeAgain: "Time it again",
  timeNote: "On request: exact attention and this pattern, one head of 64 channels, in this browser.",
  timeCaption:
    "This machine, this browser, variant {variant}, medians of {samples}: at n = {n} the pattern takes {sparse}, exact attention {exact}; that is {share} of the time for {kept} of the entries.",
  timeDisturbed: "Something else kept the machine busy; time it again.",
  timeAxis: "time",
  timeEach: "per kept entry",
  timeMemory: "weights, if stored",
  timeMemoryAll: "all weights",
  memory: "{size} MB",
  timeTable: "Time, and the memory that the weights would take",
  timeMemoryNote: "Neither kernel stores the weights: both need room in proportion to n alone.",

  tableReach: "Share of all entries reached",
  tableCount: "Entries kept",
} as const;

/** What the other language must have, key for key. */
export type SparseText = typeof en;
