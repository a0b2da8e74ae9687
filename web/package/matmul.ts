import type { Engine } from "./engine.js";
import { refuseShape } from "./errors.js";
import { Input, makeOutput, readOperand, readOut, slotFor } from "./operand.js";
import { isFlagSet, readFlag, readOptions } from "./options.js";
import type { AnyTensor, MaybeOut, Resident, Result } from "./resident.js";
import { formatShape, sameShape, sizeOf } from "./shape.js";
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

const KEYS = ["transposeA", "transposeB", "out"] as const;

/** @internal */
export function matmulOperations(engine: Engine): MatmulOperations {
  const operation = "matmul";
  const matmul = (aValue: unknown, bValue: unknown, options?: unknown): Tensor | Resident => {
    const transposedA = isFlagSet(options, "transposeA");
    const transposedB = isFlagSet(options, "transposeB");

    const a = readOperand(engine, operation, "a", aValue);
    if (a.shape.length < 2) refuseShape(operation, "a", a.shape, "a rank of 2 or more");
    const leading = a.shape.slice(0, -2);
    const [m = 0, k = 0] = transposedA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);

    const b = readOperand(engine, operation, "b", bValue);
    const bLeading = b.shape.slice(0, -2);
    const [bK, n] = transposedB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
    const shared = b.shape.length === 2;
    if (b.shape.length < 2 || bK !== k || n === undefined || (!shared && !sameShape(leading, bLeading))) {
      const matrix = transposedB ? ["n", k] : [k, "n"];
      const expected = [leading, []].map((outer) => formatShape([...outer, ...matrix]));
      refuseShape(operation, "b", b.shape, `${[...new Set(expected)].join(" or ")} to match a`);
    }

    const given = readOptions(operation, options, KEYS);
    const transposeA = readFlag(operation, "transposeA", given.transposeA, false);
    const transposeB = readFlag(operation, "transposeB", given.transposeB, false);
    const plan = readOut(engine, operation, given.out, [...leading, m, n], [a.span, b.span]);

    const output = makeOutput(engine, operation, plan);
    if (output.operand.size === 0) return output.value;
    const [aSlot, bSlot, outSlot, workspace] = engine.stage(operation, "out", [
      slotFor(a, m * k),
      slotFor(b, k * n),
      slotFor(output.operand, m * n),
      engine.kernels.matmulWorkspace(m, n, k),
    ]);
    const left = new Input(engine, a, m * k, aSlot);
    const right = new Input(engine, b, k * n, bSlot);
    const matrices = sizeOf(leading);
    for (let matrix = 0; matrix < matrices; matrix++) {
      const to = output.at(matrix * m * n, outSlot);
      const from = right.at(shared ? 0 : matrix);
      engine.kernels.matmul(left.at(matrix), from, to, m, n, k, transposeA, transposeB, workspace);
      output.store(matrix * m * n, m * n, outSlot);
    }
    return output.value;
  };
  return { matmul } as MatmulOperations;
}
