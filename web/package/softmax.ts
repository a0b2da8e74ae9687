import type { Axis } from "./axes.js";
import type { Body } from "./engine.js";
import { number, positive } from "./options.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import { rowBodies, type RowOperation } from "./row-operation.js";
import type { Tensor } from "./tensor.js";

/** Options of the gradients in {@link SoftmaxOperations}. */
export interface SoftmaxBackwardOptions {
  /** The axis whose entries become probabilities; negative ones count from the end. Default -1, the last. */
  axis?: Axis | undefined;
  /** Divides the entries first; finite and > 0, default 1. Large: towards uniform; small: towards the maximum. */
  temperature?: number | undefined;
}

/** Options of {@link SoftmaxOperations.softmax}, logSoftmax and logSumExp. */
export interface SoftmaxOptions<Out extends MaybeOut = Tensor> extends SoftmaxBackwardOptions {
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with x. */
  out?: Out | undefined;
}

export interface SoftmaxOperations {
  /**
   * exp(x / temperature) / sum of exp(x / temperature), along one axis.
   *
   * x: any shape of rank 1 or more; the result has the same. The maximum is subtracted first, so entries of any size are
   * fine. A row of -Infinity only gives zeros; NaN or +Infinity makes its own row NaN and no other.
   *
   * Throws TYPE, SHAPE (rank 0; `out` of another shape), VALUE (unknown option, `out` overlaps x), RANGE (`axis`,
   * `temperature`), MEMORY, DISPOSED. Cost: one exponential and about 6 operations per entry.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const p = lab.softmax(lab.tensor([[1, 2, 3], [0, 0, 0]]));
   * console.log(Array.from(p.data, (value) => value.toFixed(4)).join(" "));
   * // 0.0900 0.2447 0.6652 0.3333 0.3333 0.3333
   * ```
   */
  softmax: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: SoftmaxOptions<Out>) => Result<Out>;

  /**
   * The natural logarithm of {@link softmax}, accurate where the probability itself underflows to 0.
   *
   * Shapes, options, errors and cost as there. A row of -Infinity only gives -Infinity.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const logP = lab.logSoftmax(lab.tensor([0, -1000]));
   * console.log(logP.data[1]); // -1000
   * ```
   */
  logSoftmax: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: SoftmaxOptions<Out>) => Result<Out>;

  /**
   * ln of the sum of exp(x / temperature), along one axis, which the result's shape lacks.
   *
   * Options, errors and cost as of {@link softmax}. A row of -Infinity only gives -Infinity; one with +Infinity and no NaN
   * +Infinity.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const sum = lab.logSumExp(lab.tensor([[1000, 1000], [0, -Infinity]]));
   * console.log(sum.data[0].toFixed(3), sum.data[1]); // 1000.693 0
   * ```
   */
  logSumExp: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: SoftmaxOptions<Out>) => Result<Out>;

  /**
   * The gradient of {@link softmax} with respect to x: `dx = p (dOutput - sum of p dOutput) / temperature`.
   *
   * dOutput: the gradient that comes in, of x's shape. A row of -Infinity only gets zeros. Errors as there, SHAPE for
   * `dOutput` too; `out` by name ({@link OutsOption}). Cost: two passes over each row in the cache, about twice softmax.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { dx } = lab.softmaxBackward(lab.tensor([0, 0]), lab.tensor([1, 0]));
   * console.log(Array.from(dx.data)); // [ 0.25, -0.25 ]
   * ```
   */
  softmaxBackward: <Out extends Outs<{ dx: Tensor }> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: SoftmaxBackwardOptions & OutsOption<Out>,
  ) => WithOuts<{ dx: Tensor }, Out>;

  /**
   * The gradient of {@link logSoftmax} with respect to x: `dx = (dOutput - p * sum of dOutput) / temperature`.
   *
   * As {@link softmaxBackward}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { dx } = lab.logSoftmaxBackward(lab.tensor([0, 0]), lab.tensor([1, 0]));
   * console.log(Array.from(dx.data)); // [ 0.5, -0.5 ]
   * ```
   */
  logSoftmaxBackward: <Out extends Outs<{ dx: Tensor }> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: SoftmaxBackwardOptions & OutsOption<Out>,
  ) => WithOuts<{ dx: Tensor }, Out>;

  /**
   * The gradient of {@link logSumExp} with respect to x: `dx = p * dOutput / temperature`.
   *
   * dOutput: of the result's shape, x's without the axis. Otherwise as {@link softmaxBackward}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { dx } = lab.logSumExpBackward(lab.tensor([[0, 0]]), lab.tensor([2]));
   * console.log(Array.from(dx.data)); // [ 1, 1 ]
   * ```
   */
  logSumExpBackward: <Out extends Outs<{ dx: Tensor }> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: SoftmaxBackwardOptions & OutsOption<Out>,
  ) => WithOuts<{ dx: Tensor }, Out>;
}

const of = (kind: number, reduces = false): RowOperation => ({
  argument: "x",
  kernel: "softmax",
  kind,
  reduces,
  readers: { temperature: number(positive, 1) },
});

/** @internal */
export const softmaxBodies = rowBodies({
  softmax: of(0),
  logSoftmax: of(1),
  logSumExp: of(2, true),
}) as Readonly<Record<keyof SoftmaxOperations, Body>>;
