import { axisOf, readRows, type Axis } from "./axes.js";
import type { Body } from "./engine.js";
import { readOut } from "./operand.js";
import { number, positive, readOptions, unread } from "./options.js";
import type { AnyTensor, MaybeOut, Result } from "./resident.js";
import { runRows } from "./rowwise.js";
import type { Tensor } from "./tensor.js";

/** Options of {@link SoftmaxOperations.softmax} and {@link SoftmaxOperations.logSoftmax}. */
export interface SoftmaxOptions<Out extends MaybeOut = Tensor> {
  /** The axis whose entries become probabilities; negative ones count from the end. Default -1, the last. */
  axis?: Axis | undefined;
  /** Divides the entries first; finite and > 0, default 1. Large: towards uniform; small: towards the maximum. */
  temperature?: number | undefined;
  /** Filled and returned instead of a fresh tensor; of x's shape, sharing no memory with x. */
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
}

const body =
  (kernel: "softmax" | "logSoftmax"): Body =>
  (call, xValue, options) => {
    const x = readRows(call, "x", xValue);
    const { axis, temperature, out } = readOptions(call.operation, options, {
      axis: axisOf(x),
      temperature: number(positive, 1),
      out: unread,
    });
    const plan = readOut(call, out, x.shape, [{ operand: x }]);
    return () =>
      runRows(call, x, [axis], plan, [], (from, to, rows, length) => {
        call.engine.kernels[kernel](from, to, rows, length, temperature);
      });
  };

/** @internal */
export const softmax = body("softmax");

/** @internal */
export const logSoftmax = body("logSoftmax");
