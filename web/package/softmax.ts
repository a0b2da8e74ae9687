import { readAxis, requireAxes, type Axis } from "./axes.js";
import type { Engine } from "./engine.js";
import { readOperand, readOut } from "./operand.js";
import { positive, readNumber, readOptions } from "./options.js";
import type { AnyTensor, MaybeOut, Resident, Result } from "./resident.js";
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

const KEYS = ["axis", "temperature", "out"] as const;

/** @internal */
export function softmaxOperations(engine: Engine): SoftmaxOperations {
  const make =
    (operation: "softmax" | "logSoftmax") =>
    (x: unknown, options?: unknown): Tensor | Resident => {
      const operand = readOperand(engine, operation, "x", x);
      requireAxes(operation, "x", operand.shape);
      const given = readOptions(operation, options, KEYS);
      const axis = readAxis(operation, given.axis, operand.shape.length);
      const temperature = readNumber(operation, "temperature", given.temperature, positive, 1);
      const plan = readOut(engine, operation, given.out, [...operand.shape], [operand.span]);
      return runRows(engine, operation, operand, [axis], plan, [], (from, to, rows, length) => {
        engine.kernels[operation](from, to, rows, length, temperature);
      });
    };
  return { softmax: make("softmax"), logSoftmax: make("logSoftmax") } as SoftmaxOperations;
}
