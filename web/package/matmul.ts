import type { Body } from "./engine.js";
import { refuseShape } from "./errors.js";
import { readOperand, readOut } from "./operand.js";
import { flag, peek, readOptions, unread } from "./options.js";
import type { AnyTensor, MaybeOut, Result } from "./resident.js";
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
}

/** @internal */
export const matmul: Body = (call, aValue, bValue, options) => {
  const { engine, operation } = call;
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

  const { transposeA, transposeB, out } = readOptions(operation, options, {
    transposeA: flag(false),
    transposeB: flag(false),
    out: unread,
  });
  const sources = [
    { operand: a, length: m * k },
    { operand: b, length: k * n, itemOf: shared ? () => 0 : undefined },
  ] as const;
  const plan = readOut(call, out, [...leading, m, n], sources);
  return () => {
    const workspace = (): number => engine.kernels.matmulWorkspace(m, n, k);
    const work = { steps: sizeOf(leading), sources, sinks: [{ plan, length: m * n }] as const, workspace };
    return sweep(call, work, ([aAt, bAt], [outAt], scratch) => {
      engine.kernels.matmul(aAt, bAt, outAt, m, n, k, transposeA, transposeB, scratch);
    })[0];
  };
};
