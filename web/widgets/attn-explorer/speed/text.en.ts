/** English texts of the view "time against n". */
export const en = {
  speedTitle: "Time for one head, d = {d}, on your machine",
  speedX: "tokens n",
  speedExact: "attnlab, exact",
  speedLinear: "linear attention, elu + 1",
  speedCrossing: "Linear attention, which computes something else, is faster from n = {n} on.",
  speedNoCrossing: "Linear attention, which computes something else, is not faster at any of these lengths.",
  speedPlain: "three loops in JavaScript",
  speedGuide: "slope of n²",
  speedRatio: "At n = {n} the kernel takes {exact}, the loops take {plain}: {ratio} times as long.",
  speedGrowth:
    "Twice as many tokens are four times the work: from {half} to {n} the kernel’s time grows {factor} times.",
  speedHow: "One thread, {variant}, median of {samples} warm samples, random numbers.",
  speedAgain: "Measure again",
} as const;
