import { readAxes, requireAxes, Rows, type Axes } from "./axes.js";
import type { Engine } from "./engine.js";
import { readOperand, readOut, type Operand, type OutputPlan } from "./operand.js";
import { notNegative, readFlag, readNumber, readOptions, type RawOptions } from "./options.js";
import type { AnyTensor, MaybeOut, Resident, Result } from "./resident.js";
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

const LAYER_NORM_KEYS = ["axis", "gamma", "beta", "eps", "center", "out"] as const;
const RMS_NORM_KEYS = ["axis", "gamma", "beta", "eps", "out"] as const;

/** What both norms share once checked. */
interface NormCall {
  x: Operand;
  axes: number[];
  parameters: readonly [gamma: Operand | undefined, beta: Operand | undefined];
  eps: number;
}

function readNorm(
  engine: Engine,
  operation: string,
  x: Operand,
  given: RawOptions<"axis" | "gamma" | "beta" | "eps">,
): NormCall {
  const axes = readAxes(operation, given.axis, x.shape.length);
  const readParameter = (argument: "gamma" | "beta"): Operand | undefined => {
    if (given[argument] === undefined) return undefined;
    const parameter = readOperand(engine, operation, argument, given[argument]);
    requireShape(
      operation,
      argument,
      parameter.shape,
      Rows.parameterShape(x, axes),
      "to match the normalized axes of x",
    );
    return parameter;
  };
  const parameters = [readParameter("gamma"), readParameter("beta")] as const;
  return { x, axes, parameters, eps: readNumber(operation, "eps", given.eps, notNegative, 1e-5) };
}

function readNormOut(engine: Engine, operation: string, out: unknown, { x, parameters }: NormCall): OutputPlan {
  const inputs = [x, ...parameters].flatMap((operand) => (operand ? [operand.span] : []));
  return readOut(engine, operation, out, [...x.shape], inputs);
}

function readX(engine: Engine, operation: string, x: unknown): Operand {
  const operand = readOperand(engine, operation, "x", x);
  requireAxes(operation, "x", operand.shape);
  return operand;
}

/** @internal */
export function normOperations(engine: Engine): NormOperations {
  const { kernels } = engine;
  const layerNorm = (x: unknown, options?: unknown): Tensor | Resident => {
    const operand = readX(engine, "layerNorm", x);
    const given = readOptions("layerNorm", options, LAYER_NORM_KEYS);
    const call = readNorm(engine, "layerNorm", operand, given);
    const center = readFlag("layerNorm", "center", given.center, true);
    const plan = readNormOut(engine, "layerNorm", given.out, call);
    return runRows(
      engine,
      "layerNorm",
      operand,
      call.axes,
      plan,
      call.parameters,
      (from, to, rows, length, [gamma = 0, beta = 0]) => {
        kernels.layerNorm(from, gamma, beta, to, rows, length, call.eps, center);
      },
    );
  };
  const rmsNorm = (x: unknown, options?: unknown): Tensor | Resident => {
    const operand = readX(engine, "rmsNorm", x);
    const given = readOptions("rmsNorm", options, RMS_NORM_KEYS);
    const call = readNorm(engine, "rmsNorm", operand, given);
    const plan = readNormOut(engine, "rmsNorm", given.out, call);
    return runRows(
      engine,
      "rmsNorm",
      operand,
      call.axes,
      plan,
      call.parameters,
      (from, to, rows, length, [gamma = 0, beta = 0]) => {
        kernels.rmsNorm(from, gamma, beta, to, rows, length, call.eps);
      },
    );
  };
  return { layerNorm, rmsNorm } as NormOperations;
}
