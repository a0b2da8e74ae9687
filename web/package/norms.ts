import { axesOf, readRows, type Axes } from "./axes.js";
import type { Body, Call } from "./engine.js";
import { readOperand, readOut, type Operand } from "./operand.js";
import { flag, notNegative, number, peek, readOptions, unread, type Reader } from "./options.js";
import type { AnyTensor, MaybeOut, Result } from "./resident.js";
import { runRows } from "./rowwise.js";
import { requireShape, type Tensor } from "./tensor.js";

/** Options of {@link NormOperations.rmsNorm}. */
export interface RmsNormOptions<Out extends MaybeOut = Tensor> {
  /** The axes that are normalized together; negative ones count from the end. Default -1, the last. */
  axis?: Axes | undefined;
  /** Factors, of the extents of the normalized axes in ascending order. Default 1. */
  gamma?: AnyTensor | undefined;
  /** Summands, of the same shape. Default 0. */
  beta?: AnyTensor | undefined;
  /** Added to the variance or mean square; finite and >= 0, default 1e-5. */
  eps?: number | undefined;
  /** Filled and returned instead of a fresh tensor; of x's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

/** Options of {@link NormOperations.layerNorm}. */
export interface LayerNormOptions<Out extends MaybeOut = Tensor> extends RmsNormOptions<Out> {
  /** false: the mean is taken to be 0, which makes it {@link NormOperations.rmsNorm}. Default true. */
  center?: boolean | undefined;
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
   * overlaps an input), RANGE (`axis`, `eps`), MEMORY, DISPOSED. Cost: three passes, about 8 operations per entry.
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
   * Shapes, accuracy, errors as in {@link layerNorm}; a zero slice gives exactly beta. Cost: two passes, about 5 operations
   * per entry.
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
}

/** Reads a parameter with one entry per entry of a row; the axes are those that the options say, found right already. */
const parameterOf =
  (call: Call, x: Operand, options: unknown): Reader<Operand | undefined> =>
  (operation, key, value) => {
    if (value === undefined) return undefined;
    const parameter = readOperand(call, key, value);
    const axes = axesOf(x)(operation, "axis", peek(options, "axis"));
    const expected = axes.map((axis) => x.shape[axis] ?? 1);
    requireShape(operation, key, parameter.shape, expected, "to match the normalized axes of x");
    return parameter;
  };

/** How a norm is computed once its options are read. */
interface NormOptions {
  axis: number[];
  gamma: Operand | undefined;
  beta: Operand | undefined;
  eps: number;
  out: unknown;
}

const run = (call: Call, x: Operand, { axis, gamma, beta, eps, out }: NormOptions, center: boolean) => {
  const inputs = [x, gamma, beta].map((operand) => operand && { operand });
  const plan = readOut(call, out, x.shape, inputs);
  return () =>
    runRows(call, x, axis, plan, [gamma, beta], (from, to, rows, length, [gammaAt = 0, betaAt = 0]) => {
      call.engine.kernels.layerNorm(from, gammaAt, betaAt, to, rows, length, eps, center);
    });
};

const readers = (call: Call, x: Operand, options: unknown) => {
  const parameter = parameterOf(call, x, options);
  return { axis: axesOf(x), gamma: parameter, beta: parameter, eps: number(notNegative, 1e-5) };
};

/** @internal */
export const layerNorm: Body = (call, xValue, options) => {
  const x = readRows(call, "x", xValue);
  const table = { ...readers(call, x, options), center: flag(true), out: unread };
  const given = readOptions(call.operation, options, table);
  return run(call, x, given, given.center);
};

/** @internal */
export const rmsNorm: Body = (call, xValue, options) => {
  const x = readRows(call, "x", xValue);
  const table = { ...readers(call, x, options), out: unread };
  return run(call, x, readOptions(call.operation, options, table), false);
};
