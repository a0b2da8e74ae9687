import { restoring, type Body, type Call } from "./engine.js";
import { describe, refuse, refuseShape } from "./errors.js";
import { readDOutput, readGradients } from "./gradients.js";
import { readQueriesAndKeys, readValues, type QueriesAndKeys } from "./heads.js";
import { matmul } from "./matmul.js";
import { readOperand, readOut } from "./operand.js";
import {
  checkNumber,
  choice,
  flag,
  notNegative,
  number,
  optional,
  peek,
  readOptions,
  someOf,
  unread,
  whole,
  type Reader,
} from "./options.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import { rowlessScaleOf, type Scale } from "./scale.js";
import { sweep, type Source } from "./sweep.js";
import type { Tensor } from "./tensor.js";
import { maskOf, type Mask } from "./visibility.js";

/** Options of {@link NystromformerOperations.nystromFactors}, and what all operations here share. */
export interface NystromOptions {
  /** Segments that queries and keys are cut into; a whole number >= 1, default 64. */
  landmarks?: number | undefined;
  /**
   * What stands for the inverse of the matrix between the landmarks: "iterative" (default, as in the paper), "exact",
   * "pinv" (by singular values; those below m 2^-23 times the largest count as 0), "ridge" ((A'A + ridge I)^-1 A'), or
   * "none" (the identity).
   */
  inverse?: "iterative" | "exact" | "pinv" | "ridge" | "none" | undefined;
  /** Steps of the iteration; a whole number >= 0, default 6. It stops earlier only once nothing moves any more. */
  iterations?: number | undefined;
  /**
   * "adaptive" (default): segments of floor(n / landmarks) rows, the last ones of one more. "pad": of ceil(n / landmarks)
   * rows from the front, the last one shorter.
   */
  segments?: "adaptive" | "pad" | undefined;
  /** Only with inverse "ridge": a finite number >= 0, default 1e-3. */
  ridge?: number | undefined;
  /** Which keys can be seen; the others count in no mean. Segments without a visible key are dropped. Default: all. */
  mask?: Mask | undefined;
  /** The factor before q . k, as in attention; of the formulas with n only those for a given n or "global". Default "sqrt". */
  scale?: Scale | undefined;
  /** Only false: means of segments mix what comes later, so that there is no causal form (UNSUPPORTED). */
  causal?: false | undefined;
}

/** Options of {@link NystromformerOperations.nystromformer}. */
export interface NystromformerOptions<Out extends MaybeOut = Tensor> extends NystromOptions {
  /**
   * A convolution of v along the sequence, added to the result: w_t v_(i + t - (L - 1) / 2) summed over t, zeros outside.
   * Of shape `[L]`, or `[H, L]` with a kernel for each head (last leading axis); L odd. Needs n_q = n_k.
   */
  convKernel?: AnyTensor | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

/** Options of {@link NystromformerOperations.nystromformerBackward}. */
export interface NystromformerBackwardOptions<Out = object> extends Omit<NystromformerOptions, "out">, OutsOption<Out> {
  /** Which gradients to give; default those of q, k and v. */
  gradients?: readonly Differentiable[] | undefined;
}

/** What {@link NystromformerOperations.nystromformerBackward} returns: the gradients that were asked for. */
export interface NystromformerGradients {
  dq: Tensor;
  dk: Tensor;
  dv: Tensor;
  dconvKernel?: Tensor;
}

/** The result of {@link NystromformerOperations.nystromFactors}. */
export interface NystromFactors {
  /** softmax(scale q k~' + log counts), `[...L, n_q, m]`. */
  queryFactor: Tensor;
  /** What stands for the inverse, `[...L, m, m]`. */
  inverse: Tensor;
  /** softmax(scale q~ k'), `[...L, m, n_k]`. */
  keyFactor: Tensor;
  /** |A V A - A| / |A| of each matrix, `[...L]`: how good an inverse V is, in the Frobenius norm. */
  residual: Tensor;
  /** Steps of the iteration that were run, `[...L]`; 0 for the other inverses. */
  iterations: Tensor;
  /** The rows with these numbers of queryFactor inverse keyFactor, `[...L, indices.length, n_k]`, without the others. */
  rows: (indices: readonly number[]) => Tensor;
}

export interface NystromformerOperations {
  /**
   * Nystromformer: softmax attention through landmarks, the means of segments of queries and keys. With k~ and q~ the
   * landmarks and c the visible keys of a segment,
   *
   * F = softmax(scale q k~' + log c), A = softmax(scale q~ k~' + log c), B = softmax(scale q~ k'), result F inverse(A) B v.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]`, v `[...L, n_k, d_v]` give `[...L, n_q, d_v]`. Where n_q or n_k is not larger than
   * `landmarks` the result is exact softmax attention. Without a visible key it is 0. Entries of the implied matrix may be
   * negative; its rows sum to 1 as far as the inverse is one.
   *
   * Throws TYPE, SHAPE, VALUE, RANGE, UNSUPPORTED (`causal`), MEMORY, DISPOSED; a call that throws has changed nothing.
   * Cost: 2 m (n_q + n_k) (d + d_v) operations and 5 m^3 for each step of the iteration, in double.
   *
   * Source: Xiong et al., arXiv:2102.03902; Su Jianlin, kexue.fm/archives/8180. The logarithm of the counts is ours: with it,
   * segments of equal keys give exact attention whatever their lengths.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const q = lab.tensor([[1, 0], [0, 1], [1, 1], [-1, 1]]);
   * const k = lab.tensor([[0, 1], [1, 0], [1, -1], [2, 0]]);
   * const v = lab.tensor([[1], [2], [3], [4]]);
   * const y = lab.nystromformer(q, k, v, { landmarks: 2, scale: 1 });
   * console.log(Array.from(y.data, (value) => value.toFixed(3))); // [ '3.434', '1.931', '2.682', '1.444' ]
   * ```
   */
  nystromformer: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    options?: NystromformerOptions<Out>,
  ) => Result<Out>;

  /**
   * The gradients of sum(nystromformer(q, k, v) * dOutput), through the steps of the iteration that are really run. Hidden
   * keys get exactly 0. Options and errors are those of {@link nystromformer}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 0], [0, 1], [1, 1], [-1, 1]]);
   * const { dv } = lab.nystromformerBackward(x, x, x, x, { landmarks: 2, gradients: ["v"] });
   * console.log(dv.shape); // [ 4, 2 ]
   * ```
   */
  nystromformerBackward: <Out extends Outs<NystromformerGradients> = object>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    dOutput: AnyTensor,
    options?: NystromformerBackwardOptions<Out>,
  ) => WithOuts<NystromformerGradients, Out>;

  /**
   * The three factors of {@link nystromformer}, m = min(landmarks, n_q, n_k), never exact attention in their place. Where
   * masks leave fewer landmarks to one matrix than to another, its factors are filled up with zeros.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const q = lab.tensor([[1, 0], [0, 1], [1, 1], [-1, 1]]);
   * const factors = lab.nystromFactors(q, q, { landmarks: 2, inverse: "exact" });
   * const row = factors.rows([3]);
   * console.log(row.shape, row.data.reduce((sum, entry) => sum + entry).toFixed(3)); // [ 1, 4 ] 1.000
   * ```
   */
  nystromFactors: (q: AnyTensor, k: AnyTensor, options?: NystromOptions) => NystromFactors;
}

type Differentiable = "q" | "k" | "v" | "convKernel";

const INVERSES = ["iterative", "exact", "pinv", "ridge", "none"] as const;
const SEGMENTS = ["adaptive", "pad"] as const;

/** The readers of the options that all three share, in the order in which they are checked; `further` come before `out`. */
function sharedReaders({ engine }: Call, options: unknown, heads: QueriesAndKeys) {
  const { leading, nQ, nK } = heads;
  return {
    // More landmarks than rows are as many as rows, and the kernels count in 32 bits.
    landmarks: ((...given) => Math.min(number(whole(1), 64)(...given), nQ + nK + 1)) as Reader<number>,
    inverse: choice(...INVERSES),
    iterations: ((...given) => Math.min(number(whole(0), 6)(...given), 2 ** 20)) as Reader<number>,
    segments: choice(...SEGMENTS),
    ridge: ((operation, key, value) => {
      if (value !== undefined && peek(options, "inverse") !== "ridge") {
        refuse("VALUE", operation, key, "given", `inverse "ridge" beside it`);
      }
      return number(notNegative, 1e-3)(operation, key, value);
    }) as Reader<number>,
    mask: optional(maskOf(engine, leading, nK)),
    scale: rowlessScaleOf(engine, heads),
    causal: ((...given) => {
      const [operation, key] = given;
      const reason = "the bidirectional form: means of segments mix what comes later";
      if (flag(false)(...given)) refuse("UNSUPPORTED", operation, key, "true", reason);
    }) as Reader<unknown>,
  };
}

type SharedReaders = ReturnType<typeof sharedReaders>;
type Shared = { [Key in keyof SharedReaders]: ReturnType<SharedReaders[Key]> };

/** How the kernels take them, in their order. */
const sharedArguments = ({ scale, landmarks, inverse, iterations, segments, ridge }: Shared, maskAt: number) =>
  [scale, maskAt, landmarks, INVERSES.indexOf(inverse), iterations, SEGMENTS.indexOf(segments), ridge] as const;

/** Reads `convKernel`: [L] or [H, L], L odd. */
const kernelOf =
  (call: Call, { leading, nQ, nK }: QueriesAndKeys): Reader<Source> =>
  (operation, key, value) => {
    const operand = readOperand(call, key, value);
    const { shape } = operand;
    const heads = leading.at(-1);
    const length = shape.at(-1) ?? 0;
    if (length % 2 !== 1 || shape.length > 2 || (shape.length === 2 && shape[0] !== heads)) {
      refuseShape(operation, key, shape, `[L]${heads === undefined ? "" : ` or [${String(heads)},L]`} with L odd`);
    }
    if (nQ !== nK) refuseShape(operation, key, shape, `none: there are ${String(nQ)} queries and ${String(nK)} keys`);
    return { operand, length, itemOf: (step) => (shape.length === 2 ? step % (heads ?? 1) : 0) };
  };

/** @internal */
export const nystromformer: Body = (call, qValue, kValue, vValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { v, dV } = readValues(call, vValue, heads);
  const given = readOptions(call.operation, options, {
    ...sharedReaders(call, options, heads),
    convKernel: optional(kernelOf(call, heads)),
    out: unread,
  });
  const { mask, convKernel, out } = given;
  const sources = [q, k, v, mask, convKernel] as const;
  const plan = readOut(call, out, [...leading, nQ, dV], sources);
  return () => {
    const workspace = (): number => kernels.nystromformerWorkspace(nQ, nK, d, dV, given.landmarks);
    const work = { steps, sources, sinks: [{ plan, length: nQ * dV }] as const, workspace };
    return sweep(call, work, ([qAt, kAt, vAt, maskAt, kernelAt], [outAt], scratch) => {
      const tensors = [qAt, kAt, vAt, outAt, nQ, nK, d, dV] as const;
      kernels.nystromformer(...tensors, ...sharedArguments(given, maskAt), kernelAt, convKernel?.length ?? 0, scratch);
    })[0];
  };
};

/** @internal */
export const nystromformerBackward: Body = (call, qValue, kValue, vValue, dValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { v, dV } = readValues(call, vValue, heads);
  const dOutput = { operand: readDOutput(call, dValue, [...leading, nQ, dV]), length: nQ * dV };
  const given = readOptions(call.operation, options, {
    ...sharedReaders(call, options, heads),
    convKernel: optional(kernelOf(call, heads)),
    gradients: someOf<Differentiable>(["q", "k", "v"], "convKernel"),
    out: unread,
  });
  const { mask, convKernel, landmarks, inverse, iterations } = given;
  const sources = [q, k, v, dOutput, mask, convKernel] as const;
  const names = ["q", "k", "v", "convKernel"];
  const { sinks, name } = readGradients(call, names, [q, k, v, convKernel], sources, given);
  return () => {
    const workspace = (): number =>
      kernels.nystromformerBackwardWorkspace(nQ, nK, d, dV, landmarks, INVERSES.indexOf(inverse), iterations);
    const work = { steps, sources, sinks, workspace };
    return name(
      sweep(call, work, ([qAt, kAt, vAt, dAt, maskAt, kernelAt], to, scratch) => {
        kernels.nystromformerBackward(
          ...([qAt, kAt, vAt, dAt, ...to, nQ, nK, d, dV] as const),
          ...sharedArguments(given, maskAt),
          ...([kernelAt, convKernel?.length ?? 0, scratch] as const),
        );
      }),
    );
  };
};

/** @internal */
export const nystromFactors: Body = (call, qValue, kValue, options) => {
  const { engine, operation } = call;
  const { kernels } = engine;
  const heads = readQueriesAndKeys(call, qValue, kValue);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const given = readOptions(operation, options, sharedReaders(call, options, heads));
  const { mask, landmarks, segments } = given;
  return () => {
    const numbers = { plan: { shape: leading }, length: 1 };
    // Three numbers for each landmark.
    const list = (): number => 12 * Math.min(landmarks, nQ, nK);
    const counting = { steps, sources: [mask] as const, sinks: [numbers] as const, workspace: list };
    const [ranks] = sweep(call, counting, ([maskAt], [rankAt], scratch) => {
      kernels.nystromRank(maskAt, rankAt, nQ, nK, landmarks, SEGMENTS.indexOf(segments), scratch);
    });
    const rank = (ranks as Tensor).data.reduce((most, each) => Math.max(most, each), 0);
    const matrix = (rows: number, columns: number) => ({
      plan: { shape: [...leading, rows, columns] },
      length: rows * columns,
    });
    const sinks = [matrix(nQ, rank), matrix(rank, rank), matrix(rank, nK), numbers, numbers] as const;
    const workspace = (): number => kernels.nystromFactorsWorkspace(nQ, nK, d, landmarks);
    const work = { steps, sources: [q, k, mask] as const, sinks, workspace };
    const [queryFactor, inverse, keyFactor, residual, iterations] = sweep(
      call,
      work,
      ([qAt, kAt, maskAt], results, scratch) => {
        const tensors = [qAt, kAt, ...results, nQ, nK, d] as const;
        kernels.nystromFactors(...tensors, ...sharedArguments(given, maskAt), rank, scratch);
      },
    ) as [Tensor, Tensor, Tensor, Tensor, Tensor];

    const rows = (indices: unknown): unknown => {
      const name = "nystromFactors.rows";
      if (!Array.isArray(indices)) refuse("TYPE", name, "indices", describe(indices), "an array of row numbers");
      const interval = {
        contains: (i: number) => Number.isInteger(i) && i >= 0 && i < nQ,
        words: `whole, in [0, ${String(nQ)})`,
      };
      const chosen = (indices as unknown[]).map((index) => checkNumber(name, "indices", index, interval));
      const data = new Float32Array(steps * chosen.length * rank);
      for (let row = 0; row < steps * chosen.length; row++) {
        const start = (Math.floor(row / chosen.length) * nQ + (chosen[row % chosen.length] ?? 0)) * rank;
        data.set(queryFactor.data.subarray(start, start + rank), row * rank);
      }
      const times = (a: unknown, b: Tensor): unknown => matmul({ engine, operation: name }, a, b)();
      return times(times({ data, shape: [...leading, chosen.length, rank] }, inverse), keyFactor);
    };
    return { queryFactor, inverse, keyFactor, residual, iterations, rows: restoring(engine, rows) };
  };
};
