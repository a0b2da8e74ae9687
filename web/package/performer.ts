import type { Body } from "./engine.js";
import { refuse } from "./errors.js";
import { readQueriesAndKeys } from "./heads.js";
import { featureAttention, featureAttentionBackward, type FeatureAttentionGradients } from "./linear-attention.js";
import { readOut } from "./operand.js";
import { checkNumber, choice, number, readOptions, unread, whole } from "./options.js";
import {
  draw,
  drawReaders,
  ESTIMATORS,
  FIRST_ESTIMATOR,
  positiveScale,
  readEstimate,
  type PerformerDraw,
  type PerformerEstimate,
  type PerformerEstimator,
} from "./performer-estimate.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import type { Scale } from "./scale.js";
import { sweep } from "./sweep.js";
import type { Tensor } from "./tensor.js";
import type { Mask } from "./visibility.js";

/** Options of {@link PerformerOperations.performerProjection}. */
export interface PerformerProjectionOptions<Out extends MaybeOut = Tensor> extends PerformerDraw {
  /** Filled and returned instead of a fresh tensor, `[m, d]`. */
  out?: Out | undefined;
}

/** Options of {@link PerformerOperations.performer}. */
export interface PerformerOptions<Out extends MaybeOut = Tensor> extends PerformerEstimate {
  /** Lets query i see only keys 0 to i; needs n_q = n_k, and no eps but with "relu". Default false. */
  causal?: boolean | undefined;
  /** Which keys can be seen at all, in numerator and denominator. Default: all. */
  mask?: Mask | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

/** Options of {@link PerformerOperations.performerBackward}. */
export interface PerformerBackwardOptions<Wanted extends "q" | "k" | "v" = "q" | "k" | "v", Out = object>
  extends Omit<PerformerOptions, "out">, OutsOption<Out> {
  /** Which gradients to give; default all. */
  gradients?: readonly Wanted[] | undefined;
}

/** Options of {@link PerformerOperations.performerKernel}. */
export interface PerformerKernelOptions<Out extends MaybeOut = Tensor> extends PerformerEstimate {
  /** Filled and returned instead of a fresh tensor, `[...L, n_x, n_y]`. */
  out?: Out | undefined;
}

/** Options of {@link PerformerOperations.performerVariance}. */
export interface PerformerVarianceOptions<Out extends MaybeOut = Tensor> {
  /** Number of directions, >= 1; default 4d. */
  features?: number | undefined;
  /** "positive" (default), "hyperbolic" or "trigonometric"; the others have no such formula (UNSUPPORTED). */
  estimator?: PerformerEstimator | undefined;
  /** As in performerKernel. */
  scale?: Scale | undefined;
  /** Filled and returned instead of a fresh tensor, `[...L, n_x, n_y]`. */
  out?: Out | undefined;
}

export interface PerformerOperations {
  /**
   * Performer: softmax attention with e^(scale q.k) estimated by m random features, at a cost linear in the length.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]`, v `[...L, n_k, d_v]` give `[...L, n_q, d_v]`. Exact in its estimate: exponents
   * are measured from maxima that cancel, nothing is added to a denominator, and scaled norms |x|^2 of 2000 keep 4 digits.
   * The estimate itself is only as good as {@link performerVariance} says. Hidden keys contribute nothing; a row that sees
   * none, or whose "relu" denominator is 0, is 0.
   *
   * Throws TYPE, SHAPE, VALUE (also `projection` beside what draws one, `eps` where it means nothing), RANGE, MEMORY,
   * DISPOSED; a call that throws has changed nothing. Cost: 4 m (d + d_v) operations and 2 m exponentials per token; working
   * memory that does not depend on the length. Without `projection` each call draws one: the same for the same seed.
   *
   * Source: Choromanski et al., arXiv:2009.14794; norms "quantile": Su Jianlin, kexue.fm/archives/7921.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[0.3, 0], [0, 0.3], [0.3, 0.3]]);
   * const v = lab.tensor([[1], [2], [3]]);
   * const y = lab.performer(x, x, v, { features: 256, seed: 7 });
   * const exact = lab.attention(x, x, v);
   * console.log(y.data.every((value, i) => Math.abs(value - exact.data[i]) < 0.02)); // true
   * ```
   */
  performer: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    options?: PerformerOptions<Out>,
  ) => Result<Out>;

  /**
   * The gradients of sum(performer(q, k, v) * dOutput), the directions (and the maxima of `eps`) held fixed. Hidden keys get
   * exactly 0. Options and errors are those of {@link performer}.
   *
   * Cost: about six times that of the forward operation, in double; linear in the length.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[0.3, 0], [0, 0.3]]);
   * const { dv } = lab.performerBackward(x, x, x, lab.tensor([[1, 0], [1, 0]]), { gradients: ["v"] });
   * console.log((dv.data[0] + dv.data[2]).toFixed(4)); // 2.0000
   * ```
   */
  performerBackward: <
    Wanted extends "q" | "k" | "v" = "q" | "k" | "v",
    Out extends Outs<FeatureAttentionGradients> = object,
  >(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    dOutput: AnyTensor,
    options?: PerformerBackwardOptions<Wanted, Out>,
  ) => WithOuts<FeatureAttentionGradients<Wanted>, Out>;

  /**
   * Directions for {@link performer}, `[m, d]`: to use one set for many calls, to look at it, or to draw anew. Passing it as
   * `projection` gives the same bits as passing its options.
   *
   * Throws TYPE, SHAPE, VALUE, RANGE, MEMORY, DISPOSED. Cost: m d normal draws; orthogonal 4 m d^2 operations in double.
   *
   * Source: Yu et al., "Orthogonal Random Features", arXiv:1610.09072, by Gram-Schmidt: a QR without the signs of R's
   * diagonal would be biased.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const omega = lab.performerProjection(2, { features: 2, norms: "sqrt-d", seed: 1 });
   * const products = lab.matmul(omega, omega, { transposeB: true });
   * console.log(products.data.every((value, i) => Math.abs(value - [2, 0, 0, 2][i]) < 1e-6)); // true
   * ```
   */
  performerProjection: <Out extends MaybeOut = undefined>(
    d: number,
    options?: PerformerProjectionOptions<Out>,
  ) => Result<Out>;

  /**
   * The kernel itself: phi(x_i) . phi(y_j), divided by the number of features; an estimate of e^(scale x_i.y_j).
   *
   * x `[...L, n_x, d]`, y `[...L, n_y, d]` give `[...L, n_x, n_y]`. Computed in double. Options and errors are those of
   * {@link performer}. Cost: 4 n_x n_y m operations.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[0.5, -0.5]]);
   * const y = lab.tensor([[0.2, 0.1]]);
   * const projection = lab.tensor([[1, 0], [0, 1], [-1, 2]]);
   * console.log(lab.performerKernel(x, y, { projection, scale: 1 }).data[0].toFixed(4)); // 0.7361
   * ```
   */
  performerKernel: <Out extends MaybeOut = undefined>(
    x: AnyTensor,
    y: AnyTensor,
    options?: PerformerKernelOptions<Out>,
  ) => Result<Out>;

  /**
   * How far off {@link performerKernel} will be: the mean of (estimate - e^(scale x_i.y_j))^2 over independent draws of the
   * directions. Orthogonal ones do better.
   *
   * x `[...L, n_x, d]`, y `[...L, n_y, d]` give `[...L, n_x, n_y]`. Throws TYPE, SHAPE, VALUE, RANGE, UNSUPPORTED, MEMORY,
   * DISPOSED.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const [x, y] = [lab.tensor([[0.6, 0]]), lab.tensor([[0.3, 0.4]])];
   * const of = (estimator) => lab.performerVariance(x, y, { estimator, features: 1, scale: 1 }).data[0].toFixed(4);
   * console.log(of("positive"), of("hyperbolic"), of("trigonometric")); // 2.3477 0.7289 0.0450
   * ```
   */
  performerVariance: <Out extends MaybeOut = undefined>(
    x: AnyTensor,
    y: AnyTensor,
    options?: PerformerVarianceOptions<Out>,
  ) => Result<Out>;
}

/** @internal */
export const performer: Body = featureAttention(readEstimate);

/** @internal */
export const performerBackward: Body = featureAttentionBackward(readEstimate);

/** @internal */
export const performerProjection: Body = (call, size, options) => {
  const { operation } = call;
  const d = checkNumber(operation, "d", size, whole(1));
  const given = readOptions(operation, options, { ...drawReaders(d), out: unread });
  const plan = readOut(call, given.out, [given.features, d], []);
  return () => draw(call, d, given, plan);
};

/** @internal */
export const performerKernel: Body = (call, xValue, yValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, xValue, yValue, false, "x", "y");
  const { q: x, k: y, leading, steps, nQ, nK, d } = heads;
  const { map, given } = readEstimate(call, options, heads, { out: unread });
  const plan = readOut(call, given.out, [...leading, nQ, nK], [x, y, map.given]);
  return () => {
    const sources = [x, y, map.projection?.()] as const;
    const workspace = (): number => kernels.performerKernelWorkspace(map.draws);
    const work = { steps, sources, sinks: [{ plan, length: nQ * nK }] as const, workspace };
    return sweep(call, work, (pointers, [outAt], scratch) => {
      const estimate = [map.map - FIRST_ESTIMATOR, map.draws, map.scale, map.eps] as const;
      kernels.performerKernel(...pointers, outAt, nQ, nK, d, ...estimate, scratch);
    })[0];
  };
};

/** @internal */
export const performerVariance: Body = (call, xValue, yValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, xValue, yValue, false, "x", "y");
  const { q: x, k: y, leading, steps, nQ, nK, d } = heads;
  const { features, estimator, scale, out } = readOptions(call.operation, options, {
    features: number(whole(1), 4 * d),
    estimator: (operation, key, value) => {
      const place = ESTIMATORS.indexOf(choice(...ESTIMATORS)(operation, key, value));
      if (place > 2) refuse("UNSUPPORTED", operation, key, `"${String(value)}"`, "one with a formula for its variance");
      return place;
    },
    scale: positiveScale(call, heads),
    out: unread,
  });
  const plan = readOut(call, out, [...leading, nQ, nK], [x, y]);
  return () => {
    const work = { steps, sources: [x, y] as const, sinks: [{ plan, length: nQ * nK }] as const };
    return sweep(call, work, (pointers, [outAt]) => {
      kernels.performerVariance(...pointers, outAt, nQ, nK, d, estimator, features, scale);
    })[0];
  };
};
