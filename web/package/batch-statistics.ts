import { axisOf, readRows, type Axis } from "./axes.js";
import type { Body } from "./engine.js";
import { readShaped, type Operand } from "./operand.js";
import { number, optional, peek, readOptions, type Interval } from "./options.js";
import type { AnyTensor } from "./resident.js";
import { sweepRows } from "./row-sweep.js";
import type { Tensor } from "./tensor.js";

/** Options of {@link BatchStatisticsOperations.batchStatistics}. */
export interface BatchStatisticsOptions {
  /** The axis of the channels; negative ones count from the end. Default 1. */
  channelAxis?: Axis | undefined;
  /** The running mean so far, one entry for each channel. Default 0. */
  runningMean?: AnyTensor | undefined;
  /** The running variance so far. Default 1. */
  runningVariance?: AnyTensor | undefined;
  /** The share of the new in the running statistics, 0 to 1, default 0.1. */
  momentum?: number | undefined;
}

/** What {@link BatchStatisticsOperations.batchStatistics} tells of each channel. */
export interface BatchStatistics {
  mean: Tensor;
  variance: Tensor;
  runningMean: Tensor;
  runningVariance: Tensor;
}

export interface BatchStatisticsOperations {
  /**
   * Mean and biased variance of each channel, over all other axes, and the running statistics after this batch:
   * `(1 - momentum) * old + momentum * new`, where the new variance is the unbiased one (N / (N - 1)).
   *
   * x: any shape with a channel axis; the results have one entry for each channel, computed in double and rounded once. A
   * channel with a single entry counts as one of variance 0. What is given is not changed.
   *
   * Throws TYPE, SHAPE (`runningMean`, `runningVariance`), VALUE (unknown option), RANGE (`channelAxis`, `momentum`),
   * MEMORY, DISPOSED. Cost: one pass.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 10], [3, 30]]);
   * const { mean, variance, runningMean, runningVariance } = lab.batchStatistics(x, { momentum: 0.5 });
   * console.log(Array.from(mean.data), Array.from(variance.data)); // [ 2, 20 ] [ 1, 100 ]
   * console.log(Array.from(runningMean.data), Array.from(runningVariance.data)); // [ 1, 10 ] [ 1.5, 100.5 ]
   * console.log(lab.batchNorm(x, { mean: runningMean, variance: runningVariance }).data[0]); // 0
   * ```
   */
  batchStatistics: (x: AnyTensor, options?: BatchStatisticsOptions) => BatchStatistics;
}

const share: Interval = { contains: (value) => value >= 0 && value <= 1, words: "a number from 0 to 1" };

/** @internal */
export const batchStatistics: Body = (call, xValue, options) => {
  const { engine, operation } = call;
  const x = readRows(call, "x", xValue);
  const channelOf = (value: unknown): number => axisOf(x)(operation, "channelAxis", value === undefined ? 1 : value);
  const channels = (): number[] => [x.shape[channelOf(peek(options, "channelAxis"))] ?? 1];
  const running = optional((_, key, value) => readShaped(call, key, value, channels, "to match x"));
  const { channelAxis, runningMean, runningVariance, momentum } = readOptions(operation, options, {
    channelAxis: (_operation, _key, value) => channelOf(value),
    runningMean: running,
    runningVariance: running,
    momentum: number(share, 0.1),
  });
  const shape = channels();
  // One axis more, of one entry, is there for channels of one entry each.
  const seen = [...x.shape, 1];
  const along = [...seen.keys()].filter((axis) => axis !== channelAxis);
  return () => {
    const sink = { plan: { shape }, length: 1 };
    const old = (operand: Operand | undefined) => operand && { operand, length: 1 };
    const sources = [{ operand: x }, old(runningMean), old(runningVariance)] as const;
    const work = { shape: seen, sources, sinks: [sink, sink, sink, sink] } as const;
    const results = sweepRows(call, along, work, ([from, ...before], [a, b, ...running], { count, length }) => {
      // The kernel replaces the old running statistics; it gets copies.
      running.forEach((to, i) => {
        const { floats } = engine.heap;
        const at = (before[i] ?? 0) / 4;
        if (at) floats.copyWithin(to / 4, at, at + count);
        else floats.fill(i, to / 4, to / 4 + count);
      });
      engine.kernels.batchStatistics(from, a, b, ...running, count, length, momentum);
    });
    const [mean, variance, newMean, newVariance] = results;
    return { mean, variance, runningMean: newMean, runningVariance: newVariance };
  };
};
