/** English texts of the Nyströmformer figure. */
export const en = {
  titleMatrices: "Can a few landmarks stand for all tokens?",
  titleSteps: "How does one get there from two softmaxes?",
  titleError: "How many landmarks does it take?",
  titleInverse: "Does a better inverse give better attention?",
  titleLeak: "Why can it not write a text, token by token?",
  titleSpeed: "From what length on is it faster?",

  view: "What to look at",
  viewMatrices: "Matrices",
  viewSteps: "Derivation",
  viewError: "Landmarks",
  viewInverse: "Inverse",
  viewLeak: "Future",
  viewSpeed: "Speed",

  inverse: "In the middle",
  inverseNone: "nothing (M = I)",
  inverseIterative: "iterated inverse",
  inverseExact: "exact inverse",
  inversePinv: "pseudo-inverse",
  inverseRidge: "ridge, λ = 0.001",
  landmarks: "Landmarks m",
  from: "Landmarks from",
  fromSegments: "consecutive tokens",
  fromClusters: "clusters (k-means)",
  iterations: "Steps of the iteration",
  start: "Start V₀ times",
  drift: "Neighbors’ correlation ρ",
  sigma: "Size of q and k: σ",
  order: "Order of tokens",
  orderSequence: "as they drift",
  orderShuffled: "shuffled",
  roll: "Roll the seed",
  rolled: "seed {seed}",
  reset: "Reset",
  waiting: "Loading the kernels…",
  computing: "Computing",
  cancel: "Cancel",
  failed: "This could not be computed: {reason}",

  exact: "exact softmax attention",
  nystrom: "Nyströmformer",
  nystromFrom: "with landmarks from {source}",
  nystromOf: "Nyströmformer (m = {landmarks})",
  difference: "difference",
  withoutMiddle: "without the middle factor",
  uniform: "averaging everything",
  best: "best of rank {rank}",
  kernel: "exact, in float32",
  matricesLabel: "Three matrices, a row for each query, a column for each key. Arrow keys move the mark.",
  factorsTitle: "The factors: queries to landmarks F, M for the inverse of A between landmarks, landmarks to keys B",
  factorsLabel: "The factors F, M and B, whose product is the matrix in the middle above, and A, which M is to invert.",
  readout: "Query {row}, key {column}: exact {exact}, Nyströmformer {nystrom}.",
  readoutNone: "Tap or point at an entry, or move there with the arrow keys: the mark is in all matrices.",
  differenceScale: "In the difference and in M, blue is below zero and orange above.",

  captionMatrices:
    "{landmarks} landmarks for {n} tokens, {middle}: the output is off by {error}. Averaging everything would be off by {uniform}, the best matrix of rank {landmarks} by {best}.",
  captionIterative: "{iterations} steps of the iteration",
  captionWithout: "Without the middle factor it would be {none}.",
  captionRival: "With landmarks from {source} it would be {rival}.",
  captionWorse: "So averaging, which looks at nothing, would be the better answer here.",
  captionNegative: "An entry can be negative: the least is {least}.",
  captionRows: "Rows miss the sum 1 by up to {rows}.",

  roundsNote:
    "Clusters are ours, neither the article’s nor the paper’s: the article says only that clustering would take several rounds. From a k-means++ start k-means took {queries} rounds for the queries here, and {keys} for the keys; how many tokens a cluster has counts through its logarithm.",

  step: "Step",
  stepSoftmaxes: "two softmaxes",
  stepLandmarks: "landmarks",
  stepMiddle: "a factor between",
  stepIteration: "its iteration",
  formulasNote:
    "Q̃ and K̃ are the landmarks; F = softmax(Q K̃ᵀ), A = softmax(Q̃ K̃ᵀ), B = softmax(Q̃ Kᵀ). The factor 1/√d is not written.",
  captionSoftmaxes:
    "Two softmaxes, and no query meets a key: the output is off by {error}. Averaging everything would be off by {uniform}.",
  captionLandmarks:
    "Queries meet {landmarks} landmarks, and landmarks meet keys: now both factors hold similarities. Off by {error}, the two softmaxes by {before}, averaging by {uniform}.",
  captionMiddle:
    "The pseudo-inverse of A between the factors: off by {error}, without it by {before}, averaging by {uniform}. It is there so that {landmarks} landmarks become right once there is one for each token: move m to 64.",
  captionMiddleFull:
    "With {landmarks} landmarks, one for each token, F, A and B are the same matrix, and A A⁺ A = A: off by {error}. That is the demand which led to the middle factor; without it {before}, averaging {uniform}.",
  captionIteration:
    "{landmarks} landmarks, {iterations} steps of the iteration in the place of the pseudo-inverse: off by {error}, with the pseudo-inverse by {before}, averaging by {uniform}.",

  landmarksAxis: "landmarks m (Performer: random features)",
  outputError: "relative output error",
  six: "6 steps",
  twelve: "12 steps",
  twenty: "20 steps",
  pinv: "pseudo-inverse",
  ridge: "ridge",
  bestLine: "best of rank m",
  performer: "Performer, {seeds} draws",
  captionError:
    "With {m} landmarks from {source}: {six} off after 6 steps, {twenty} after 20, {none} without the middle factor; the best of that rank {best}, averaging {uniform}.",
  captionFromClusters: "From clusters, 6 steps: {middle}, and {low} to {high} as k-means starts.",
  captionFromSegments: "From consecutive tokens, 6 steps: {segments}. Clusters: {low} to {high}, as k-means starts.",
  captionPerformer:
    "Performer with as many random features: {middle}, and {low} to {high} as they are drawn; consecutive tokens leave nothing to draw, and give the same answer each time.",
  captionOvershoot:
    "Here 20 steps are worse than 6: the small singular values, which the iteration reaches last, do harm.",
  captionFull: "Even with a landmark for each token 6 steps leave {full}: they are not the inverse yet.",
  bandNote:
    "Bands hold four fifths of the draws: of Performer’s features, and of the starts of k-means. With m = n the factors are compared, not the exact attention that the package then computes.",
  clustersNote:
    "Clusters are ours, neither the article’s nor the paper’s: the article says only that clustering would take several rounds. k-means starts {starts} times; the lines are those of the middle one.",
  sixFrom: "6 steps, from {source}",
  point: "{x}: {y}",

  steps: "steps",
  residualTitle: "How far from an inverse: ‖AVA − A‖ / ‖A‖",
  outputTitle: "How far from attention: relative output error",
  fromSpectrum: "double precision, from V₀ times {start}",
  fromKernel: "kernel, from V₀ itself",
  pinvLine: "with the pseudo-inverse",
  sharesTitle: "Where a step takes each share w, after {iterations} steps",
  shareAxis: "w, the share that is right",
  sharePoint: "{from} becomes {to}",
  diverges: "runs away",
  stalls: "stands still",
  sharesNote:
    "Each dot is a singular direction of A, and the share w of its inverse that is right; a ring is where it began. On the diagonal a step changes nothing: at 0, at 1, where all are to end, and at 3, which catches those a little above it. Above 4.13 a step turns the sign, and each further one enlarges what it finds.",
  captionInverse:
    "{landmarks} landmarks. After {iterations} steps the inverse is off by {residual}, the output by {output}; after {most} steps by {residualMost} and {outputMost}. The pseudo-inverse gives {pinv}.",
  captionBest: "The output is at its best after {best} steps.",
  captionHarm: "From there on the inverse gets better, and attention gets worse.",
  captionStart:
    "The start has the largest singular direction right by a share of {largest}, the smallest by {smallest}.",
  captionDiverges: "A share above {limit} runs away: the iteration diverges, and no number of steps helps.",
  captionStalls: "A share near 3 is mapped to itself: the iteration stands still there.",

  positionAxis: "token",
  moveAxis: "change of its output, relative",
  causalLine: "causal attention",
  maskedLine: "Nyströmformer, future cut off afterwards",
  captionLeak:
    "Only the last of {n} tokens is changed. Causal attention moves no earlier output: {causal} of {others}. In the matrix of the factors, with its future cut off, {masked} of {others} move, the farthest by {largest}.",
  captionLeakWhy: "The last landmark is a mean that holds the last token, and the middle factor carries it everywhere.",
  refused: "What the package answers to causal: true:",

  tableErrors: "How far off",
  tableFormula: "For softmax(Q Kᵀ)",
  tableSweep: "Relative output errors",
  tableSteps: "Step by step",
  tableResidual: "inverse, double",
  tableOutputDouble: "output, double",
  tableResidualKernel: "inverse, kernel from V₀",
  tableOutputKernel: "output, kernel from V₀",
  tableLeak: "Change of outputs",
} as const;

/** What the other language must have, key for key. */
export type NystromText = typeof en;
