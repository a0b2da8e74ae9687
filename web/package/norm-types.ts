import type { Axes, Axis } from "./axes.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import type { Tensor } from "./tensor.js";

/** What all norms with gamma and beta take. */
export interface AffineOptions {
  /** Factors, default 1: of the extents of the normalized axes in ascending order, or one for each channel. */
  gamma?: AnyTensor | undefined;
  /** Summands, of the same shape. Default 0. */
  beta?: AnyTensor | undefined;
  /** Added to the variance or mean square; finite and >= 0, default 1e-5. */
  eps?: number | undefined;
}

export interface OutOption<Out extends MaybeOut> {
  /** Filled and returned instead of a fresh tensor; of x's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

export interface CenterOption {
  /** false: the mean is taken to be 0. Default true. */
  center?: boolean | undefined;
}

export interface AxesOption {
  /** The axes that are normalized together; negative ones count from the end. Default -1, the last. */
  axis?: Axes | undefined;
}

export interface ChannelOption {
  /** The axis of the channels; negative ones count from the end. Default 1. */
  channelAxis?: Axis | undefined;
}

/** Options of {@link NormOperations.rmsNormBackward}. */
export interface RmsNormBackwardOptions extends AxesOption, AffineOptions {}

/** Options of {@link NormOperations.layerNormBackward}. */
export interface LayerNormBackwardOptions extends RmsNormBackwardOptions, CenterOption {}

/** Options of {@link NormOperations.rmsNorm}. */
export interface RmsNormOptions<Out extends MaybeOut = Tensor> extends RmsNormBackwardOptions, OutOption<Out> {}

/** Options of {@link NormOperations.layerNorm}. */
export interface LayerNormOptions<Out extends MaybeOut = Tensor> extends LayerNormBackwardOptions, OutOption<Out> {}

/** Options of {@link NormOperations.l2NormBackward}. */
export interface L2NormBackwardOptions extends AxesOption {
  /** Added to the sum of squares; finite and >= 0, default 0. */
  eps?: number | undefined;
}

/** Options of {@link NormOperations.l2Norm}. */
export interface L2NormOptions<Out extends MaybeOut = Tensor> extends L2NormBackwardOptions, OutOption<Out> {}

/** Options of {@link NormOperations.instanceNormBackward}. */
export interface InstanceNormBackwardOptions extends AffineOptions, ChannelOption, CenterOption {}

/** Options of {@link NormOperations.instanceNorm}. */
export interface InstanceNormOptions<Out extends MaybeOut = Tensor>
  extends InstanceNormBackwardOptions, OutOption<Out> {}

/** Options of {@link NormOperations.groupNormBackward}. */
export interface GroupNormBackwardOptions extends InstanceNormBackwardOptions {
  /** How many groups the channels form: a divisor of their number. Group g holds those from g C / groups on. */
  groups: number;
}

/** Options of {@link NormOperations.groupNorm}. */
export interface GroupNormOptions<Out extends MaybeOut = Tensor> extends GroupNormBackwardOptions, OutOption<Out> {}

/** Options of {@link NormOperations.batchNormBackward}. */
export interface BatchNormBackwardOptions extends InstanceNormBackwardOptions {
  /** Given together with `variance`: use these, one for each channel, instead of the batch's own (inference). */
  mean?: AnyTensor | undefined;
  variance?: AnyTensor | undefined;
}

/** Options of {@link NormOperations.batchNorm}. */
export interface BatchNormOptions<Out extends MaybeOut = Tensor> extends BatchNormBackwardOptions, OutOption<Out> {}

/** Options of {@link NormOperations.addRmsNormBackward}, and of addLayerNormBackward with `center`. */
export interface ResidualOption {
  /** The gradient with respect to the sum that the operation returned, of x's shape. Default 0. */
  dSum?: AnyTensor | undefined;
}

/** Gradients; dgamma and dbeta are there if gamma and beta were given. */
export interface NormGradients {
  dx: Tensor;
  dgamma?: Tensor;
  dbeta?: Tensor;
}

/** Gradients of the residual forms: dx and df are equal. */
export interface ResidualGradients extends NormGradients {
  df: Tensor;
}

/** What the residual forms return: x + f, and its norm. */
export interface NormAndSum {
  output: Tensor;
  sum: Tensor;
}

export interface NormOperations {
  /**
   * (x - mean) / sqrt(variance + eps) * gamma + beta, over one or several axes, with the biased variance.
   *
   * x: any shape of rank 1 or more; the result has the same. Within 1 ulp of the result computed in double. A constant
   * slice gives exactly beta, at any offset and any eps; where variance + eps is 0 the normalized value is 0; a NaN makes
   * its own slice NaN and no other.
   *
   * Throws TYPE, SHAPE (rank 0; `gamma`, `beta`, `out` of another shape), VALUE (unknown option, an axis named twice, `out`
   * overlaps an input), RANGE (`axis`, `eps`), MEMORY, DISPOSED. Cost: about 6 operations per entry; x is read from memory
   * once.
   *
   * Source: Ba, Kiros, Hinton, "Layer Normalization", arXiv:1607.06450.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const y = lab.layerNorm(lab.tensor([[1, 2, 3, 4], [7, 7, 7, 7]]), { gamma: lab.tensor([1, 1, 1, 10]), eps: 0 });
   * console.log(Array.from(y.data, (value) => value.toFixed(3)).join(" "));
   * // -1.342 -0.447 0.447 13.416 0.000 0.000 0.000 0.000
   * ```
   */
  layerNorm: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: LayerNormOptions<Out>) => Result<Out>;

  /**
   * x / sqrt(mean of squares + eps) * gamma + beta, over one or several axes.
   *
   * Shapes, accuracy, errors as in {@link layerNorm}; a zero slice gives exactly beta. Cost: about 5 operations per entry.
   *
   * Source: Zhang, Sennrich, "Root Mean Square Layer Normalization", arXiv:1910.07467.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const y = lab.rmsNorm(lab.tensor([3, 4]), { eps: 0 });
   * console.log(y.data[0].toFixed(4), y.data[1].toFixed(4)); // 0.8485 1.1314
   * ```
   */
  rmsNorm: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: RmsNormOptions<Out>) => Result<Out>;

  /**
   * x / sqrt(sum of squares + eps), over one or several axes; zero slices stay zero.
   *
   * Shapes, accuracy, errors and cost as of {@link rmsNorm}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const y = lab.l2Norm(lab.tensor([[3, 4], [0, 0]]));
   * console.log(Array.from(y.data, (value) => value.toFixed(1)).join(" ")); // 0.6 0.8 0.0 0.0
   * ```
   */
  l2Norm: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: L2NormOptions<Out>) => Result<Out>;

  /**
   * (x - mean) / sqrt(variance + eps) * gamma + beta for each channel, over all other axes; with the statistics of x, or
   * with `mean` and `variance` where they are given (see {@link BatchStatisticsOperations.batchStatistics}).
   *
   * x: any shape with a channel axis; gamma, beta, mean, variance: one entry for each channel. Accuracy and errors as in
   * {@link layerNorm}, VALUE also for `mean` without `variance`.
   *
   * Source: Ioffe, Szegedy, "Batch Normalization", arXiv:1502.03167.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const y = lab.batchNorm(lab.tensor([[1, 10], [3, 30]]), { eps: 0 });
   * console.log(Array.from(y.data)); // [ -1, -1, 1, 1 ]
   * ```
   */
  batchNorm: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: BatchNormOptions<Out>) => Result<Out>;

  /**
   * The same for each entry of axis 0 and each channel, over the remaining axes.
   *
   * x: rank 3 or more; the channel axis is not the first. Otherwise as {@link batchNorm}.
   *
   * Source: Ulyanov, Vedaldi, Lempitsky, "Instance Normalization", arXiv:1607.08022.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const y = lab.instanceNorm(lab.tensor([[[1, 3], [10, 30]]]), { eps: 0 });
   * console.log(Array.from(y.data)); // [ -1, 1, -1, 1 ]
   * ```
   */
  instanceNorm: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: InstanceNormOptions<Out>) => Result<Out>;

  /**
   * The same for each entry of axis 0 and each group of channels, over the group's channels and the remaining axes.
   *
   * x: rank 2 or more; gamma and beta still have one entry for each channel. RANGE for `groups` that do not divide the
   * channels. Otherwise as {@link instanceNorm}.
   *
   * Source: Wu, He, "Group Normalization", arXiv:1803.08494.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const y = lab.groupNorm(lab.tensor([[1, 3, 10, 30]]), { groups: 2, eps: 0 });
   * console.log(Array.from(y.data)); // [ -1, 1, -1, 1 ]
   * ```
   */
  groupNorm: <Out extends MaybeOut = undefined>(x: AnyTensor, options: GroupNormOptions<Out>) => Result<Out>;

  /**
   * The residual and the norm after it in one go: `sum = x + f`, `output = layerNorm(sum)`.
   *
   * f: of x's shape. Options and errors as of {@link layerNorm}, `out` by name ({@link OutsOption}). Cost: one pass over
   * memory.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { output, sum } = lab.addLayerNorm(lab.tensor([1, 2]), lab.tensor([1, 4]), { eps: 0 });
   * console.log(Array.from(sum.data), Array.from(output.data)); // [ 2, 6 ] [ -1, 1 ]
   * ```
   */
  addLayerNorm: <Out extends Outs<NormAndSum> = object>(
    x: AnyTensor,
    f: AnyTensor,
    options?: LayerNormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<NormAndSum, Out>;

  /**
   * As {@link addLayerNorm}, with {@link rmsNorm}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { output, sum } = lab.addRmsNorm(lab.tensor([1, 2]), lab.tensor([1, -4]), { eps: 0 });
   * console.log(Array.from(sum.data), Array.from(output.data)); // [ 2, -2 ] [ 1, -1 ]
   * ```
   */
  addRmsNorm: <Out extends Outs<NormAndSum> = object>(
    x: AnyTensor,
    f: AnyTensor,
    options?: RmsNormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<NormAndSum, Out>;

  /**
   * The gradients of {@link layerNorm}, with z the normalized value and h = gamma dOutput:
   * `dx = (h - mean(h) - z mean(h z)) / sqrt(variance + eps)`; dgamma and dbeta sum dOutput z and dOutput over slices.
   *
   * dOutput: the gradient that comes in, of x's shape. In float32 with sums in double: within 2^-21 of the terms that a
   * gradient is the sum of; where variance + eps is 0, dx is 0. Errors as there, SHAPE for `dOutput` too; `out` by name
   * ({@link OutsOption}), of x's shape for dx, of gamma's for dgamma. Cost: about 15 operations per entry; x and dOutput
   * are read from memory once.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([1, 2, 6]);
   * const { dx, dgamma } = lab.layerNormBackward(x, lab.tensor([1, 0, 0]), { gamma: lab.tensor([1, 1, 1]) });
   * console.log(Array.from(dx.data, (value) => value.toFixed(4)).join(" ")); // 0.1763 -0.2204 0.0441
   * console.log(dgamma.data[0].toFixed(4)); // -0.9258
   * ```
   */
  layerNormBackward: <Out extends Outs<NormGradients> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: LayerNormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<NormGradients, Out>;

  /**
   * The gradients of {@link rmsNorm}: as {@link layerNormBackward}, without the mean of h.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { dx } = lab.rmsNormBackward(lab.tensor([1, -1]), lab.tensor([1, 0]), { eps: 0 });
   * console.log(Array.from(dx.data)); // [ 0.5, 0.5 ]
   * ```
   */
  rmsNormBackward: <Out extends Outs<NormGradients> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: RmsNormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<NormGradients, Out>;

  /**
   * The gradient of {@link l2Norm}: `dx = (dOutput - y sum(dOutput y)) / sqrt(sum of squares + eps)`, y the result.
   *
   * As {@link layerNormBackward}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { dx } = lab.l2NormBackward(lab.tensor([3, 4]), lab.tensor([1, 0]));
   * console.log(dx.data[0].toFixed(3), dx.data[1].toFixed(3)); // 0.128 -0.096
   * ```
   */
  l2NormBackward: <Out extends Outs<{ dx: Tensor }> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: L2NormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<{ dx: Tensor }, Out>;

  /**
   * The gradients of {@link batchNorm}; with `mean` and `variance` given, these count as constants.
   *
   * As {@link layerNormBackward}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 10], [3, 30]]);
   * const { dbeta } = lab.batchNormBackward(x, lab.tensor([[1, 2], [3, 4]]), { beta: lab.tensor([0, 0]) });
   * console.log(Array.from(dbeta.data)); // [ 4, 6 ]
   * ```
   */
  batchNormBackward: <Out extends Outs<NormGradients> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: BatchNormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<NormGradients, Out>;

  /**
   * The gradients of {@link instanceNorm}. As {@link layerNormBackward}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[[1, 3], [10, 30]]]);
   * const { dbeta } = lab.instanceNormBackward(x, lab.tensor([[[1, 2], [3, 4]]]), { beta: lab.tensor([0, 0]) });
   * console.log(Array.from(dbeta.data)); // [ 3, 7 ]
   * ```
   */
  instanceNormBackward: <Out extends Outs<NormGradients> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: InstanceNormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<NormGradients, Out>;

  /**
   * The gradients of {@link groupNorm}. As {@link layerNormBackward}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 3, 10, 30]]);
   * const options = { groups: 2, beta: lab.tensor([0, 0, 0, 0]) };
   * console.log(Array.from(lab.groupNormBackward(x, lab.tensor([[1, 2, 3, 4]]), options).dbeta.data)); // [ 1, 2, 3, 4 ]
   * ```
   */
  groupNormBackward: <Out extends Outs<NormGradients> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options: GroupNormBackwardOptions & OutsOption<Out>,
  ) => WithOuts<NormGradients, Out>;

  /**
   * The gradients of {@link addLayerNorm}: dx and df are both that of layerNorm at x + f, plus `dSum`.
   *
   * As {@link layerNormBackward}, f before dOutput.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const [x, f, dOutput] = [lab.tensor([1, 2]), lab.tensor([1, 4]), lab.tensor([1, 1])];
   * const { dx, df } = lab.addLayerNormBackward(x, f, dOutput, { dSum: lab.tensor([5, 7]) });
   * console.log(Array.from(dx.data), Array.from(df.data)); // [ 5, 7 ] [ 5, 7 ]
   * ```
   */
  addLayerNormBackward: <Out extends Outs<ResidualGradients> = object>(
    x: AnyTensor,
    f: AnyTensor,
    dOutput: AnyTensor,
    options?: LayerNormBackwardOptions & ResidualOption & OutsOption<Out>,
  ) => WithOuts<ResidualGradients, Out>;

  /**
   * The gradients of {@link addRmsNorm}. As {@link addLayerNormBackward}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const [x, f, dOutput] = [lab.tensor([1, 2]), lab.tensor([1, -4]), lab.tensor([1, 0])];
   * console.log(Array.from(lab.addRmsNormBackward(x, f, dOutput, { eps: 0 }).df.data)); // [ 0.25, 0.25 ]
   * ```
   */
  addRmsNormBackward: <Out extends Outs<ResidualGradients> = object>(
    x: AnyTensor,
    f: AnyTensor,
    dOutput: AnyTensor,
    options?: RmsNormBackwardOptions & ResidualOption & OutsOption<Out>,
  ) => WithOuts<ResidualGradients, Out>;
}
