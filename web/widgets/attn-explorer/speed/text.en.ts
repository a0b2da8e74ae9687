/** English texts of the view "time against n". */
export const en = {
  speedTitle: "Time for one head, d = {d}, on your machine",
  speedX: "tokens n",
  speedExact: "attnlab, exact",
  speedLinear: "linear attention, elu + 1",
  speedCrossing: "Linear attention, whose answer is another one, is faster from n = {n} on.",
  speedNoCrossing: "Linear attention, whose answer is another one, is not faster at any of these lengths.",
  speedPlain: "three loops in JavaScript",
  speedGuide: "slope of n²",
  speedRatio: "At n = {n} the kernel takes {exact}, the loops take {plain}: {ratio} times as long.",
  speedGrowth:
    "From {half} to {n} tokens the kernel’s time grows {factor} times: twice as many tokens, four times the work.",
  speedHow: "One thread, {variant}, median of {samples} warm samples, random numbers.",
  speedAgain: "Measure again",
} as const;
