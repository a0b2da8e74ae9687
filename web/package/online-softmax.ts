import { readRows } from "./axes.js";
import type { Body } from "./engine.js";
import { flag, number, readOptions, whole } from "./options.js";
import type { AnyTensor } from "./resident.js";
import { sweep } from "./sweep.js";
import type { Tensor } from "./tensor.js";

/** Options of {@link OnlineSoftmaxOperations.onlineSoftmax}. */
export interface OnlineSoftmaxOptions {
  /** Entries taken up at once; a whole number >= 1, default 8. */
  tile?: number | undefined;
  /** false: what earlier tiles left is not rescaled when the maximum grows. A mistake, to be looked at. Default true. */
  rescale?: boolean | undefined;
  /** false: exponentials of the entries as they are. A mistake, to be looked at. Default true. */
  subtractMaximum?: boolean | undefined;
}

/** What is known after each tile. */
export interface OnlineSoftmaxTrace {
  /** Running maximum m, `[...L, tiles]`. */
  maximum: Tensor;
  /** Running denominator l, `[...L, tiles]`. */
  denominator: Tensor;
  /** Factor of each value in the running output, `[...L, tiles, n]`; divided by l it is the weight. 0 where not seen yet. */
  accumulated: Tensor;
}

export interface OnlineSoftmaxOperations {
  /**
   * Online softmax, step by step: what {@link attention} does to a row of logits, tile by tile, written down in float32.
   *
   * x `[...L, n]`, a row being the last axis. After each tile: the largest entry so far, the sum of exponentials relative to
   * it, and the factor that each value has in the running output. After the last tile `accumulated / denominator` is the
   * softmax. With `rescale: false` or `subtractMaximum: false` it shows what goes wrong without them.
   *
   * Throws TYPE, SHAPE (rank 0), VALUE (unknown option), RANGE (`tile`), MEMORY, DISPOSED. Cost: n exponentials and
   * n^2 / tile products per row; for study, not for speed.
   *
   * Source: Milakov, Gimelshein, "Online normalizer calculation for softmax", arXiv:1805.02867.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([1, 2, 3, 4]);
   * const { maximum, denominator } = lab.onlineSoftmax(x, { tile: 2 });
   * console.log(Array.from(maximum.data)); // [ 2, 4 ]
   * console.log(Array.from(denominator.data, (value) => value.toFixed(4))); // [ '1.3679', '1.5530' ]
   * ```
   */
  onlineSoftmax: (x: AnyTensor, options?: OnlineSoftmaxOptions) => OnlineSoftmaxTrace;
}

/** @internal */
export const onlineSoftmax: Body = (call, xValue, options) => {
  const operand = readRows(call, "x", xValue);
  const { tile, rescale, subtractMaximum } = readOptions(call.operation, options, {
    tile: number(whole(1), 8),
    rescale: flag(true),
    subtractMaximum: flag(true),
  });
  const leading = operand.shape.slice(0, -1);
  const n = operand.shape.at(-1) ?? 0;
  const tiles = Math.ceil(n / tile);
  return () => {
    const sink = (...sizes: number[]) => ({
      plan: { shape: [...leading, ...sizes] },
      length: sizes.reduce((product, size) => product * size),
    });
    const work = {
      steps: n === 0 ? 0 : operand.size / n,
      sources: [{ operand, length: n }],
      sinks: [sink(tiles), sink(tiles), sink(tiles, n)],
    } as const;
    const [maximum, denominator, accumulated] = sweep(call, work, ([x], [maximumAt, denominatorAt, accumulatedAt]) => {
      const size = Math.min(tile, n);
      call.engine.kernels.onlineSoftmax(x, maximumAt, denominatorAt, accumulatedAt, n, size, rescale, subtractMaximum);
    });
    return { maximum, denominator, accumulated };
  };
};
