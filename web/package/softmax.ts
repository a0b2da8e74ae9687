import { axisOf, readRows, type Axis } from "./axes.js";
import type { Body } from "./engine.js";
import { readOperand, readOut } from "./operand.js";
import { number, peek, positive, readOptions, unread } from "./options.js";
import type { AnyTensor, MaybeOut, Result } from "./resident.js";
import { NO_NORM, runSlices, slicesOf } from "./slices.js";
import { requireShape, type Tensor } from "./tensor.js";

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
   * `dOutput` too. Cost: two passes over each row in the cache, about twice softmax.
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
  softmaxBackward: (x: AnyTensor, dOutput: AnyTensor, options?: SoftmaxBackwardOptions) => { dx: Tensor };

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
  logSoftmaxBackward: (x: AnyTensor, dOutput: AnyTensor, options?: SoftmaxBackwardOptions) => { dx: Tensor };

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
  logSumExpBackward: (x: AnyTensor, dOutput: AnyTensor, options?: SoftmaxBackwardOptions) => { dx: Tensor };
}

type Kernel = keyof SoftmaxOperations;

/** One body for all: `sums` for those whose result has one entry per slice, `backward` for gradients. */
const body =
  (kernel: Kernel, sums: boolean, backward: boolean): Body =>
  (call, xValue, ...rest) => {
    const { operation } = call;
    const x = readRows(call, "x", xValue);
    const options = rest[backward ? 1 : 0];
    const readAxis = axisOf(x);
    const shapeWithout = (axis: number): readonly number[] => (sums ? x.shape.filter((_, i) => i !== axis) : x.shape);
    const dOutput = backward ? readOperand(call, "dOutput", rest[0]) : undefined;
    if (dOutput) {
      const axis = readAxis(operation, "axis", peek(options, "axis"));
      requireShape(operation, "dOutput", dOutput.shape, shapeWithout(axis), "like the result");
    }
    const readers = { axis: readAxis, temperature: number(positive, 1) };
    const { axis, temperature, out } = readOptions(
      operation,
      options,
      backward ? readers : { ...readers, out: unread },
    );
    const slices = slicesOf(x.shape, [axis]);
    const plan = backward ? { shape: x.shape } : readOut(call, out, shapeWithout(axis), [{ operand: x }]);
    const [size, result] = [slices.size, sums ? slices.perPart : slices.size];
    const sources = [{ operand: x, length: size }, dOutput && { operand: dOutput, length: result }];
    const sinks = [{ plan, length: backward ? size : result }];
    return () => {
      const [value] = runSlices(call, slices, NO_NORM, backward ? sources : sources.slice(0, 1), sinks, (slab, at) => {
        const run = call.engine.kernels[kernel] as (...args: number[]) => void;
        run(slab.block, slab.count, ...at, temperature, slab.scratch);
      });
      return backward ? { dx: value } : value;
    };
  };

/** @internal */
export const softmaxBodies: Readonly<Record<Kernel, Body>> = {
  softmax: body("softmax", false, false),
  logSoftmax: body("logSoftmax", false, false),
  logSumExp: body("logSumExp", true, false),
  softmaxBackward: body("softmaxBackward", false, true),
  logSoftmaxBackward: body("logSoftmaxBackward", false, true),
  logSumExpBackward: body("logSumExpBackward", true, true),
};
