import type { Axis } from "./axes.js";
import type { Body } from "./engine.js";
import { checkChoice, finite, number, type Reader } from "./options.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import { rowBodies } from "./row-operation.js";
import type { Tensor } from "./tensor.js";

/**
 * What the entries of a row are: non-negative numbers that need not sum to 1, or their logarithms up to a constant, where
 * -Infinity means probability 0.
 */
export type RowInput = "probabilities" | "logits";

/** Options of {@link ProbabilityOperations.sparsemax} and {@link ProbabilityOperations.entmax15}. */
export interface SparseOptions<Out extends MaybeOut = Tensor> {
  /** The axis whose entries become probabilities; negative ones count from the end. Default -1, the last. */
  axis?: Axis | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

/** Options of {@link ProbabilityOperations.entropy}. */
export interface EntropyMeasureOptions<Out extends MaybeOut = Tensor> extends SparseOptions<Out> {
  /** Default "probabilities". */
  input?: RowInput | undefined;
}

/** Options of {@link ProbabilityOperations.powerTransform}. */
export interface PowerTransformOptions<Out extends MaybeOut = Tensor> extends EntropyMeasureOptions<Out> {
  /** The power, finite and of either sign; 1 / temperature. 0: uniform on the support. */
  exponent: number;
}

export interface ProbabilityOperations {
  /**
   * Shannon entropy in nats along one axis, which is gone from the result's shape.
   *
   * p: any shape of rank 1 or more. Rows are divided by their sum first; 0 ln 0 = 0. A row with a negative or NaN entry, or of
   * sum 0, gives NaN. Keeps its relative accuracy (1e-6) down to rows that are almost one-hot.
   *
   * Throws TYPE, SHAPE (rank 0; `out` of another shape), VALUE (unknown option, `input`, `out` overlaps p), RANGE (`axis`),
   * MEMORY, DISPOSED. Cost: a logarithm or exponential and about 20 operations per entry.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const h = lab.entropy(lab.tensor([[0.5, 0.3, 0.2, 0], [1, 1, 1, 1], [0, 7, 0, 0]]));
   * console.log(Array.from(h.data, (value) => value.toFixed(4)).join(" ")); // 1.0297 1.3863 0.0000
   * ```
   */
  entropy: <Out extends MaybeOut = undefined>(p: AnyTensor, options?: EntropyMeasureOptions<Out>) => Result<Out>;

  /**
   * The distribution closest to x: max(x - tau, 0) with tau such that it sums to 1. Unlike softmax it has zeros.
   *
   * x: any shape of rank 1 or more; the result has the same. Within 1 ulp of double. A row of -Infinity only gives zeros; NaN
   * or +Infinity makes its own row NaN and no other. Errors as in {@link entropy}. Cost: about 5 passes.
   *
   * Source: Martins, Astudillo, "From Softmax to Sparsemax", arXiv:1602.02068.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * console.log(lab.sparsemax(lab.tensor([0, 0.5, -2])).data.join(" ")); // 0.25 0.75 0
   * ```
   */
  sparsemax: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: SparseOptions<Out>) => Result<Out>;

  /**
   * 1.5-entmax: max(x / 2 - tau, 0)^2 with tau such that it sums to 1; between softmax and {@link sparsemax}.
   *
   * Shapes, accuracy, special rows, errors as there. Cost: about 8 passes.
   *
   * Source: Peters, Niculae, Martins, "Sparse Sequence-to-Sequence Models", arXiv:1905.05702.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const p = lab.entmax15(lab.tensor([0, 1, -2]));
   * console.log(Array.from(p.data, (value) => value.toFixed(4)).join(" ")); // 0.1693 0.8307 0.0000
   * ```
   */
  entmax15: <Out extends MaybeOut = undefined>(x: AnyTensor, options?: SparseOptions<Out>) => Result<Out>;

  /**
   * p^exponent / sum of p^exponent along one axis: softmax(exponent * ln p). Zeros stay zeros.
   *
   * p: any shape of rank 1 or more; the result has the same. A row that is no distribution (a negative or NaN entry, sum 0)
   * gives NaN. Errors as in {@link entropy}; RANGE for an `exponent` that is not finite. Cost: a logarithm (not for logits), an
   * exponential and about 40 operations per entry.
   *
   * Source: Su Jianlin, https://kexue.fm/archives/8829.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const p = lab.powerTransform(lab.tensor([1, 2, 0]), { exponent: 2 });
   * console.log(Array.from(p.data, (value) => value.toFixed(2)).join(" ")); // 0.20 0.80 0.00
   * ```
   */
  powerTransform: <Out extends MaybeOut = undefined>(p: AnyTensor, options: PowerTransformOptions<Out>) => Result<Out>;

  /**
   * Gradient of {@link entropy}: dOutput has its shape, dp that of p. At a probability of 0 the slope is infinite, and so is dp
   * unless dOutput is 0; at a logit of -Infinity it is 0. Errors as there; SHAPE for `dOutput`.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const { dp } = lab.entropyBackward(lab.tensor([0.5, 0.25, 0.25]), lab.tensor([1], []));
   * console.log(Array.from(dp.data, (value) => value.toFixed(4)).join(" ")); // -0.3466 0.3466 0.3466
   * ```
   */
  entropyBackward: <Out extends Outs<{ dp: Tensor }> = object>(
    p: AnyTensor,
    dOutput: AnyTensor,
    options?: Omit<EntropyMeasureOptions, "out"> & OutsOption<Out>,
  ) => WithOuts<{ dp: Tensor }, Out>;

  /** Gradient of {@link sparsemax}: dOutput minus its mean over the support, 0 outside of it. Errors as there. */
  sparsemaxBackward: <Out extends Outs<{ dx: Tensor }> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: Omit<SparseOptions, "out"> & OutsOption<Out>,
  ) => WithOuts<{ dx: Tensor }, Out>;

  /** Gradient of {@link entmax15}. Errors as there. */
  entmax15Backward: <Out extends Outs<{ dx: Tensor }> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options?: Omit<SparseOptions, "out"> & OutsOption<Out>,
  ) => WithOuts<{ dx: Tensor }, Out>;

  /**
   * Gradients of {@link powerTransform}, `dexponent` summed over all rows. A probability of 0 is held at 0: its dp is 0, but for
   * exponent 1, where the slope exists. Errors as there; SHAPE for `dOutput`.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const g = lab.powerTransformBackward(lab.tensor([1, 3]), lab.tensor([0, 1]), { exponent: 1 });
   * console.log(g.dp.data[0].toFixed(4), g.dp.data[1].toFixed(4), g.dexponent.toFixed(4)); // -0.1875 0.0625 0.2060
   * ```
   */
  powerTransformBackward: <Out extends Outs<{ dp: Tensor }> = object>(
    p: AnyTensor,
    dOutput: AnyTensor,
    options: Omit<PowerTransformOptions, "out"> & OutsOption<Out>,
  ) => WithOuts<{ dp: Tensor }, Out> & { dexponent: number };
}

const INPUTS = ["probabilities", "logits"] as const;

/**
 * Reads a {@link RowInput} and gives its number in the kernels.
 *
 * @internal
 */
export const inputOf =
  (byDefault: RowInput): Reader<number> =>
  (operation, key, value = byDefault) =>
    INPUTS.indexOf(checkChoice(operation, key, value, INPUTS));

const input = inputOf("probabilities");

/** @internal */
export const probabilityBodies = rowBodies({
  entropy: { argument: "p", kernel: "entropy", reduces: true, readers: { input } },
  sparsemax: { argument: "x", kernel: "entmax", kind: 2, readers: {} },
  entmax15: { argument: "x", kernel: "entmax", kind: 1.5, readers: {} },
  powerTransform: { argument: "p", kernel: "powerTransform", readers: { exponent: number(finite), input } },
}) as Readonly<Record<keyof ProbabilityOperations, Body>>;
