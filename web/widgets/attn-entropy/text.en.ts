/** English texts of the entropy figure. */
export const en = {
  titleTransform: "What happens to a distribution when you prescribe its entropy?",
  titleSolver: "How do you find the exponent that gives the entropy you want?",
  titleFailures: "Where does the article’s iteration lose its way?",
  titleSampling: "What if every token were drawn at the same entropy?",

  view: "What to look at",
  viewTransform: "Power",
  viewSolver: "Solver",
  viewFailures: "Failures",
  viewSampling: "Sampling",

  start: "Start from",
  startRandom: "100 random numbers",
  startRamp: "1, 2, 3, 4, 5",
  startPeaked: "0.99 and nine small ones",
  startGeometric: "halves: 1, ½, ¼, …",
  startFlat: "100 nearly equal ones",
  startTie: "two close leaders",
  startBounded: "two equal leaders, three zeros",
  target: "Prescribed entropy H*",
  targetValue: "{entropy} nats, like {effective} equal entries",
  roll: "Roll the seed",
  rolled: "seed {seed}",
  reset: "Reset",
  round: "Rounds of the article drawn",
  roundOf: "{round} of {rounds}",
  step: "Step of the text",
  stepOf: "{step} of {steps}",
  temperature: "Temperature",
  topk: "Top-k: keep",
  topp: "Top-p: keep",
  topkValue: "{count} tokens",
  waiting: "Loading the kernels…",

  probability: "probability",
  entries: "entries, the likeliest first",
  entropy: "entropy H in nats",
  exponent: "exponent Γ",
  before: "as given, p",
  after: "to the power Γ, renormalized",
  targetLine: "prescribed; drag it",
  never: "no power gets there",
  articleSteps: "article: tangent, then back to the curve",
  robustSteps: "robust solver, round by round",
  curve: "entropy of p to the power Γ",
  articleResult: "article’s iteration",
  robustResult: "robust solver",
  bar: "entry {index}: {before} → {after}",

  captionStart: "{n} entries with an entropy of {entropy}, as much as {effective} equal ones would have.",
  captionPower: "The power Γ = {exponent}, a temperature of {temperature}, makes it {target}, like {count} equal ones.",
  captionLargest: "The largest entry goes from {before} to {after}; none changes its place.",
  captionClamped:
    "An entropy of {target} cannot be had here: only what lies between {low} and {high}. Shown is the nearest limit.",
  captionRounds: "After round {round} the article’s iteration is at Γ = {exponent} and H = {entropy}.",
  captionNoRound: "The article’s iteration begins at Γ = 1, at the entropy of p itself.",
  captionOutside: "Its last exponent lies outside of the picture.",
  captionRobust: "The robust solver is there after {rounds} rounds, at Γ = {exponent}.",
  captionConverged: "After ten rounds the article’s iteration is there too.",
  captionReversed:
    "After ten rounds the article’s iteration has the entropy asked for, but a negative exponent: the least likely entry has become the likeliest.",
  captionDiverged: "The article’s iteration ends in NaN after round {rounds}.",
  captionUnfinished: "After ten rounds the article’s iteration is at H = {entropy}, not there yet.",

  failurePeaked:
    "Raising the entropy by more than the variance of ln p makes the very first exponent negative: {exponent}. The order turns over; from there the next step is a division by almost nothing.",
  failureGeometric:
    "Here a negative exponent is never noticed: the iteration settles at Γ = {exponent} with exactly the entropy asked for, and the order is reversed. Nothing reports an error.",
  failureFlat:
    "Nearly equal entries have almost no variance, and the step divides by it: the first exponent is {exponent}. All but one entry underflow, and 0 · ln 0 is NaN.",
  failureTie:
    "Between two close leaders the curve has a landing near ln 2 = 0.69. Its slope is almost 0 there, so the tangent leads far away: to Γ = {exponent}, where all other entries underflow, and to NaN.",
  failureRobust: "The robust solver needs {rounds} rounds: Γ = {solution}.",
  failureLost: "NaN",
  failureOpen: "Show it in the solver",
  failureName: "{start}, prescribed entropy {target}",
  captionFailures:
    "Four distributions on which the article’s iteration fails: with the order reversed ({reversed}) or in NaN ({diverged}). The robust solver finds the exponent in all four.",

  ruleRaw: "as it is",
  ruleTemperature: "temperature {temperature}",
  ruleTopk: "top-k, {topk}",
  ruleTopp: "top-p, {topp}",
  ruleEntropy: "entropy {entropy}",
  ruleFigures: "H = {entropy}, like {effective} equal tokens; {kept} can be drawn; drawn: number {drawn}",
  ruleTokens: "the 24 likeliest tokens",
  steps: "step of the text",
  captionSampling:
    "At step {step} the tokens as they are have an entropy of {raw}, like {effective} equal ones. Over all steps it runs from {least} to {most}; at temperature {temperature} from {coldLeast} to {coldMost}; with top-k from {kLeast} to {kMost}; with top-p from {pLeast} to {pMost}. Prescribed, it is {target} at every step.",
  captionRaised:
    "Here that means an exponent below 1: tokens that were nearly impossible get a chance, and the likeliest falls from {before} to {after}.",
  captionLowered: "Here that means an exponent above 1: the likeliest token goes from {before} to {after}.",
  sampleNote:
    "The text is made up: normal logits whose spread changes from step to step, {vocabulary} tokens, seed {seed}. Every rule draws with the same random number.",

  tableEntry: "Entry",
  tableBefore: "p",
  tableAfter: "Power Γ",
  tableEntries: "Before and after",
  tableRound: "Round",
  tableTrace: "Every round of both",
  tableArticleExponent: "Γ, article",
  tableArticleEntropy: "H, article",
  tableRobustExponent: "Γ, robust",
  tableRobustEntropy: "H, robust",
  tableSteps: "Entropy at every step",
} as const;

/** What the other language must have, key for key. */
export type EntropyText = typeof en;
