/** English texts of the benchmark. */
export const en = {
  title: "How fast is exact attention on your machine, and how fast could it be?",

  size: "Size: 8 heads of 64, this many tokens",
  size256: "256",
  size1024: "1024",
  size1024Causal: "1024, causal",
  size2048: "2048",
  sizeFull: "{heads} heads × {n} tokens × {d}",
  sizeCausal: "{heads} heads × {n} tokens × {d}, causal",
  run: "Run on my machine",
  runAgain: "Run again",
  running: "Measuring in the background…",
  cancel: "Cancel",

  here: "Your machine, in this browser",
  hereWaiting: "Not measured yet at this size.",
  hereLoading: "Loading the kernels…",
  stored: "Stored: {processor}, {browser}, {date}",
  storedDisturbed: "Stored: {processor}, {browser}, {date}; something else was running",
  what: "Who",
  time: "Time",
  rate: "GFLOP/s",
  share: "Of the ceiling",
  ceilingRow: "Ceiling of the arithmetic",

  ourThread: "attnlab, {variant}",
  variantRelaxed: "relaxed SIMD",
  variantSimd: "plain SIMD",
  loops: "Loops in JavaScript",
  oneThread: "{who}, {threads} thread",
  manyThreads: "{who}, {threads} threads",
  arithmeticFused: "fused multiply-add",
  arithmeticSeparate: "multiply, then add",

  captionSize: "Exact attention, {size}.",
  captionMeasured:
    "Your machine needs {time}: {rate} GFLOP/s, {share} of the {ceiling} GFLOP/s that it reaches at {arithmetic} and nothing else. Loops in JavaScript need {loops}, {times} times as long.",
  captionChecked: "Medians of {samples} warm samples, taken in turn; the result is within {error} of double precision.",
  captionWrong:
    "Medians of {samples} warm samples, but the result is off by {error} from double precision: something is wrong.",
  captionDisturbed: "Something else was running meanwhile, so take the figures with care.",
  captionAhead:
    "On the machine of the stored run, the fastest of ours (threads: {threads}) took {ours}, the fastest peer, {peer} (threads: {peerThreads}), {time}: {times} times as long.",
  captionBehind:
    "On the machine of the stored run we were slower: {ours} (threads: {threads}), where the fastest peer, {peer} (threads: {peerThreads}), took {time}; {times} times as long.",
  captionNothingStored: "No figures of the peers are stored for this size.",

  note: "Bars: share of the ceiling of the machine that each was measured on, so the two groups can be compared. Exponentials are not counted as work.",
  failed: "This could not be measured: {reason}",
  kernelsFailed: "The attention kernels could not be started in this browser: {reason}",
  again: "Try again",

  pictureTitle: "Share of the machine’s ceiling: exact attention, {size}",
} as const;

/** What the other language must have, key for key. */
export type BenchmarkText = typeof en;
