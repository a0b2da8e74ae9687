/** English texts of the benchmark. */
export const en = {
  title: "How fast is exact attention on your machine, and how fast could it be?",

  titleCrossover: "From how many tokens on is attention of linear cost faster than exact attention?",
  view: "What to measure",
  viewExact: "Exact attention",
  viewCrossover: "Against linear cost",

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
  ceilingRow: "Ceiling of one core",

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
    "Your machine needs {time}: {rate} GFLOP/s, {share} of the {ceiling} GFLOP/s that one of its cores reaches at {arithmetic} and nothing else. Loops in JavaScript need {loops}, {times} times as long.",
  captionChecked: "Medians of {samples} warm samples, taken in turn; the result is within {error} of double precision.",
  captionWrong:
    "Medians of {samples} warm samples, but the result is off by {error} from double precision: something is wrong.",
  captionDisturbed: "Something else was running meanwhile, so take the figures with care.",
  captionFastest: "Of the ceiling, the fastest sample counts.",
  captionAhead:
    "On the machine of the stored run, the fastest of ours (threads: {threads}) took {ours}, the fastest peer, {peer} (threads: {peerThreads}), {time}: {times} times as long.",
  captionBehind:
    "On the machine of the stored run we were slower: {ours} (threads: {threads}), where the fastest peer, {peer} (threads: {peerThreads}), took {time}; {times} times as long.",
  captionNothingStored: "No figures of the peers are stored for this size.",

  note: "Bars: share of the ceiling of one core of the machine that each was measured on, so the two groups can be compared. Exponentials are not counted as work.",
  failed: "This could not be measured: {reason}",
  kernelsFailed: "The attention kernels could not be started in this browser: {reason}",
  again: "Try again",

  linearElu: "Linear (elu)",
  linearSoftmax: "Linear (softmax)",
  performer: "Performer",
  performerCausal: "Performer (causal)",
  nystromformer: "Nyströmformer",
  sparseLocal: "Sparse (local)",
  sparseBigbird: "Sparse (Big Bird)",
  exactLine: "Exact",
  tokens: "tokens n",
  overExact: "time ÷ that of exact attention",
  method: "Method",
  storedColumn: "Stored",
  hereColumn: "Here",
  crossoverTable:
    "Faster than exact attention from about so many tokens on (in brackets: its time over that of exact attention at 4096 tokens)",
  crossoverWhat: "Attention of linear cost beside our own exact attention.",
  crossoverStored: "On the machine of the stored run, the first to be faster is {first}, {n}; the last is {last}, {m}.",
  meetsFrom: "from about {n} tokens on",
  meetsBelow: "at {n} tokens already",
  meetsBeyond: "not yet at {n} tokens",
  crossoverStoredDisturbed: "Something else was running during the stored run, so take its figures with care.",
  crossoverHere: "On your machine, the first is {first}, {n}; the last is {last}, {m}.",
  crossoverNotHere: "Your machine has not been measured yet; it takes about ten seconds.",
  crossoverChecked:
    "Medians of {samples} warm samples, taken in turn; every result is within {error} of double precision.",
  crossoverNote:
    "One head of 64 on one thread. Performer has 256 random features, Nyströmformer 64 landmarks, the local window 64 keys on each side, Big Bird blocks of 64. What is causal is compared with exact attention that is causal, too. Faster is not the same as equal: each of these computes something else than exact attention.",

  pictureTitle: "Share of one core’s ceiling: exact attention, {size}",
} as const;

/** What the other language must have, key for key. */
export type BenchmarkText = typeof en;
