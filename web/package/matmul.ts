import type { Body, Call } from "./engine.js";
import { refuseShape } from "./errors.js";
import { readDOutput, readGradients } from "./gradients.js";
import { readOperand, readOut } from "./operand.js";
import { flag, peek, readOptions, unread } from "./options.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import { formatShape, sameShape, sizeOf } from "./shape.js";
import { sweep } from "./sweep.js";
import type { Tensor } from "./tensor.js";

/** Options of {@link MatmulOperations.matmul}. */
export interface MatmulOptions<Out extends MaybeOut = Tensor> {
  /** a is given as [...L, K, M]. Default false. */
  transposeA?: boolean | undefined;
  /** b is given as [...L, N, K]. Default false. */
  transposeB?: boolean | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

/** What {@link MatmulOperations.matmulBackward} returns. */
export interface MatmulGradients {
  readonly da: Tensor;
  readonly db: Tensor;
}

export interface MatmulOperations {
  /**
   * The matrix product of a `[...L, M, K]` and b `[...L, K, N]`, which is `[...L, M, N]`. b may have rank 2 and is then shared
   * by the batch.
   *
   * Sizes may be 0; K = 0 gives zeros. NaN and infinities follow IEEE arithmetic.
   *
   * Throws TYPE, SHAPE, VALUE (unknown option, `out` overlaps an input), MEMORY, DISPOSED. Cost: 2 M N K operations per
   * matrix. Plain tensors are copied in and out one matrix at a time, residents are not copied.
   *
   * Source: packed panels and a register-tiled micro-kernel after Goto, van de Geijn, "Anatomy of High-Performance Matrix
   * Multiplication", ACM TOMS 34(3), 2008.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const a = lab.tensor([[1, 2], [3, 4]]);
   * const product = lab.matmul(a, a, { transposeB: true });
   * console.log(Array.from(product.data)); // [ 5, 11, 11, 25 ]
   * ```
   */
  matmul: <Out extends MaybeOut = undefined>(a: AnyTensor, b: AnyTensor, options?: MatmulOptions<Out>) => Result<Out>;

  /**
   * The gradients of sum(dOutput * matmul(a, b, options)): da and db, of the shapes of a and b.
   *
   * dOutput has the shape of the result, `[...L, M, N]`. Where the batch shares b, db is summed over it. Errors are those of
   * {@link matmul}. Cost: 4 M N K operations per matrix.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const a = lab.tensor([[1, 2], [3, 4]]);
   * const { da, db } = lab.matmulBackward(a, a, lab.tensor([[1, 0], [0, 0]]));
   * console.log(Array.from(da.data), Array.from(db.data)); // [ 1, 3, 0, 0 ] [ 1, 0, 2, 0 ]
   * ```
   */
  matmulBackward: <Out extends Outs<MatmulGradients> = object>(
    a: AnyTensor,
    b: AnyTensor,
    dOutput: AnyTensor,
    options?: Omit<MatmulOptions, "out"> & OutsOption<Out>,
  ) => WithOuts<MatmulGradients, Out>;
}

/** Checks both factors; the options are looked at for how these lie, and judged later. */
function readFactors(call: Call, aValue: unknown, bValue: unknown, options: unknown) {
  const { operation } = call;
  const isTransposed = (key: string): boolean => peek(options, key) === true;

  const a = readOperand(call, "a", aValue);
  if (a.shape.length < 2) refuseShape(operation, "a", a.shape, "a rank of 2 or more");
  const leading = a.shape.slice(0, -2);
  const [m = 0, k = 0] = isTransposed("transposeA") ? a.shape.slice(-2).reverse() : a.shape.slice(-2);

  const b = readOperand(call, "b", bValue);
  const bLeading = b.shape.slice(0, -2);
  const [bK, n] = isTransposed("transposeB") ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
  const shared = b.shape.length === 2;
  if (b.shape.length < 2 || bK !== k || n === undefined || (!shared && !sameShape(leading, bLeading))) {
    const matrix = isTransposed("transposeB") ? ["n", k] : [k, "n"];
    const expected = [leading, []].map((outer) => formatShape([...outer, ...matrix]));
    refuseShape(operation, "b", b.shape, `${[...new Set(expected)].join(" or ")} to match a`);
  }
  return {
    shape: [...leading, m, n],
    steps: sizeOf(leading),
    sizes: [m, n, k] as const,
    length: m * n,
    sources: [
      { operand: a, length: m * k },
      { operand: b, length: k * n, itemOf: shared ? () => 0 : undefined },
    ] as const,
  };
}

const READERS = { transposeA: flag(false), transposeB: flag(false), out: unread };

/** @internal */
export const matmul: Body = (call, aValue, bValue, options) => {
  const { kernels } = call.engine;
  const { shape, steps, sizes, length, sources } = readFactors(call, aValue, bValue, options);
  const { transposeA, transposeB, out } = readOptions(call.operation, options, READERS);
  const plan = readOut(call, out, shape, sources);
  return () => {
    const work = {
      steps,
      sources,
      sinks: [{ plan, length }] as const,
      workspace: () => kernels.matmulWorkspace(...sizes),
    };
    return sweep(call, work, ([aAt, bAt], [outAt], scratch) => {
      kernels.matmul(aAt, bAt, outAt, ...sizes, transposeA, transposeB, scratch);
    })[0];
  };
};

/** @internal */
export const matmulBackward: Body = (call, aValue, bValue, dOutputValue, options) => {
  const { kernels } = call.engine;
  const { shape, steps, sizes, length, sources: factors } = readFactors(call, aValue, bValue, options);
  const sources = [...factors, { operand: readDOutput(call, dOutputValue, shape), length }] as const;
  const given = readOptions(call.operation, options, READERS);
  const { transposeA, transposeB } = given;
  const { sinks, name } = readGradients(call, ["a", "b"], factors, sources, given);
  return () => {
    const work = { steps, sources, sinks, workspace: () => kernels.matmulBackwardWorkspace(...sizes) };
    return name(
      sweep(call, work, (from, to, scratch) => {
        kernels.matmulBackward(...from, ...to, ...sizes, transposeA, transposeB, scratch);
      }),
    );
  };
};
