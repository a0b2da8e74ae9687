import { biasOf } from "./bias.js";
import type { Body, Call } from "./engine.js";
import { readDOutput, readGradients } from "./gradients.js";
import { readQueriesAndKeys, readValues, type QueriesAndKeys } from "./heads.js";
import { readOut } from "./operand.js";
import { flag, optional, peek, readOptions, someOf, unread, type Read, type Reader } from "./options.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import { scaleOf, type Scale } from "./scale.js";
import { sweep } from "./sweep.js";
import type { Tensor } from "./tensor.js";
import { maskOf, windowOf, type Mask, type Window } from "./visibility.js";

/** Options of {@link AttentionOperations.attention} and {@link AttentionOperations.attentionWeights}. */
export interface AttentionOptions<Out extends MaybeOut = Tensor> {
  /** The factor before q . k. Default "sqrt", 1/sqrt(d). */
  scale?: Scale | undefined;
  /** Lets query i see key j only if j <= i + n_k - n_q: the last query stands at the last key. Default false. */
  causal?: boolean | undefined;
  /** Lets query i see only keys near i' = i + n_k - n_q: |i' - j| <= w, or i' - left <= j <= i' + right. Whole numbers >= 0. */
  window?: Window | undefined;
  /** Which keys can be seen at all. Default: all. */
  mask?: Mask | undefined;
  /**
   * Added to the logits: of shape `[n_q, n_k]` or `[...L, n_q, n_k]`, in which any axis may be 1. -Infinity hides an entry.
   */
  bias?: AnyTensor | undefined;
  /** Allows k and v to have fewer heads (last leading axis) than q: a divisor. Head h then uses head floor(h / group). */
  groupedHeads?: boolean | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

/** Inputs of attention that have a gradient. */
type Differentiable = "q" | "k" | "v" | "bias";

/** Options of {@link AttentionOperations.attentionBackward}: those of attention, which gradients are wanted, and their `out`. */
export interface AttentionBackwardOptions<Wanted extends Differentiable = Differentiable, Out = object>
  extends Omit<AttentionOptions, "out">, OutsOption<Out> {
  /** Default ["q", "k", "v"]. "bias" only where there is one. */
  gradients?: readonly Wanted[] | undefined;
}

/** The gradients that were asked for, each of the shape of its input: dq, dk, dv, dbias. */
export type AttentionGradients<Wanted extends Differentiable = "q" | "k" | "v"> = {
  readonly [Name in Wanted as `d${Name}`]: Tensor;
} & { readonly [Name in Exclude<Differentiable, Wanted> as `d${Name}`]?: undefined };

export interface AttentionOperations {
  /**
   * Exact softmax attention: softmax(scale q k^T + bias) v, row by row, without ever holding the n_q x n_k matrix.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]`, v `[...L, n_k, d_v]` give `[...L, n_q, d_v]`. The leading axes L (batch, heads)
   * must be equal, save with `groupedHeads`. Any size but d may be 0; without keys the result is zeros.
   *
   * A query that sees no key gets exactly 0. What is hidden contributes nothing, even where k or v is NaN or infinite. A
   * NaN in q spoils its own row, one in a visible key every row that sees it, NaN or infinity in a visible value that column
   * of the rows that see it.
   *
   * Throws TYPE, SHAPE, VALUE (unknown option, a string outside its list, `out` overlaps an input), RANGE (`scale`,
   * `window`), MEMORY, DISPOSED; a call that throws has changed nothing. Cost: 2 n_q n_k (d + d_v) operations and n_q n_k
   * exponentials per matrix; working memory of O(n_k (d + d_v)) bytes. Plain tensors are copied in and out one matrix at a
   * time, residents are not copied.
   *
   * Source: Vaswani et al., "Attention Is All You Need", arXiv:1706.03762; the online softmax after Milakov, Gimelshein,
   * arXiv:1805.02867; entropy scales: Su Jianlin, kexue.fm/archives/8823.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const q = lab.tensor([[1, 0], [0, 1]]);
   * const k = lab.tensor([[1, 0], [0, 1], [1, 1]]);
   * const v = lab.tensor([[1], [2], [3]]);
   * const y = lab.attention(q, k, v, { causal: true });
   * console.log(y.shape, Array.from(y.data, (value) => value.toFixed(4))); // [ 2, 1 ] [ '1.3302', '2.2033' ]
   * ```
   */
  attention: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    options?: AttentionOptions<Out>,
  ) => Result<Out>;

  /**
   * The weights of {@link attention}, written out: softmax(scale q k^T + bias). For pictures and for study.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]` give `[...L, n_q, n_k]`. Each row sums to 1, or is exactly 0 if the query sees no
   * key; hidden entries are exactly 0. Options, errors and the spread of NaN are those of {@link attention}.
   *
   * Cost: 2 n_q n_k d operations and n_q n_k exponentials per matrix, and the 4 n_q n_k bytes of the result.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const q = lab.tensor([[1, 0], [0, 1]]);
   * const weights = lab.attentionWeights(q, q, { scale: 2 });
   * console.log(Array.from(weights.data, (value) => value.toFixed(4))); // [ '0.8808', '0.1192', '0.1192', '0.8808' ]
   * ```
   */
  attentionWeights: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    options?: AttentionOptions<Out>,
  ) => Result<Out>;

  /**
   * The gradients of sum(dOutput * attention(q, k, v, options)) by q, k, v and, on request, the bias.
   *
   * dOutput has the shape of the result, `[...L, n_q, d_v]`; each gradient that of its input. With `groupedHeads` those of k
   * and v are summed over the heads that share them, that of the bias over the axes that it repeats. The weights are
   * computed anew: no n_q x n_k matrix is held. `out` by name ({@link OutsOption}).
   *
   * What is hidden gets exactly 0 and contributes nothing, even where it is NaN or infinite; so does a query that sees no
   * key. Errors are those of {@link attention}, and VALUE where "bias" is asked for without a bias.
   *
   * Cost: n_q n_k (6 d + 4 d_v) operations and n_q n_k exponentials per matrix; working memory of O(n_k (d + d_v)) bytes.
   *
   * Source: Dao et al., "FlashAttention", arXiv:2205.14135.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 0], [0, 1]]);
   * const { dq, dv } = lab.attentionBackward(x, x, x, lab.tensor([[1, 0], [0, 0]]));
   * console.log(Array.from(dq.data, (value) => value.toFixed(4))); // [ '0.1564', '-0.1564', '0.0000', '0.0000' ]
   * console.log(Array.from(dv.data, (value) => value.toFixed(4))); // [ '0.6698', '0.0000', '0.3302', '0.0000' ]
   * ```
   */
  attentionBackward: <
    const Wanted extends Differentiable = "q" | "k" | "v",
    Out extends Outs<AttentionGradients> = object,
  >(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    dOutput: AnyTensor,
    options?: AttentionBackwardOptions<Wanted, Out>,
  ) => WithOuts<AttentionGradients<Wanted>, Out>;
}

/**
 * How a kernel makes its logits: the last of its arguments but the workspace, in their order.
 *
 * @internal
 */
export type LogitArguments = [
  scale: number,
  timesLogVisible: boolean,
  mask: number,
  bias: number,
  biasRowStride: number,
  biasColumnStride: number,
  left: number,
  right: number,
];

const readersOfLogits = (call: Call, heads: QueriesAndKeys) => ({
  scale: scaleOf(call.engine, heads),
  causal: flag(false),
  window: windowOf(heads.nQ, heads.nK),
  mask: optional(maskOf(call.engine, heads.leading, heads.nK)),
  bias: optional(biasOf(call, heads)),
  groupedHeads: flag(false),
});

/**
 * The options that decide which entries count, and how much, and then `last`: `out` is left to be checked.
 *
 * @internal
 */
export function readLogits<const Last extends Readonly<Record<string, Reader<unknown>>>>(
  call: Call,
  options: unknown,
  heads: QueriesAndKeys,
  last: Last,
) {
  // One object, made once: spreading costs small problems more than their arithmetic.
  const readers = Object.assign(readersOfLogits(call, heads), last);
  const given = readOptions(call.operation, options, readers) as Read<ReturnType<typeof readersOfLogits>> & Read<Last>;
  const { scale, bias, window } = given;
  const [left, right] = [window.left, given.causal ? 0 : window.right];
  const [rowStride, columnStride] = [bias?.rowStride ?? 0, bias?.columnStride ?? 0];
  return Object.assign(given, {
    argumentsAt: (maskAt: number, biasAt: number): LogitArguments => {
      const { value, timesLogVisible } = scale;
      return [value, timesLogVisible, maskAt, biasAt, rowStride, columnStride, left, right];
    },
  });
}

/** @internal */
export const attention: Body = (call, qValue, kValue, vValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue, peek(options, "groupedHeads") === true);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { v, dV } = readValues(call, vValue, heads);
  const { mask, bias, out, argumentsAt } = readLogits(call, options, heads, { out: unread });
  const sources = [q, k, v, mask, bias] as const;
  const plan = readOut(call, out, [...leading, nQ, dV], sources);
  return () => {
    const workspace = (): number => kernels.attentionWorkspace(nQ, nK, d, dV);
    const sinks = [{ plan, length: nQ * dV }] as const;
    const work = { steps, sources, sinks, workspace };
    return sweep(call, work, ([qAt, kAt, vAt, maskAt, biasAt], [outAt], scratch) => {
      kernels.attention(qAt, kAt, vAt, outAt, nQ, nK, d, dV, ...argumentsAt(maskAt, biasAt), scratch);
    })[0];
  };
};

/** @internal */
export const attentionWeights: Body = (call, qValue, kValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue, peek(options, "groupedHeads") === true);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { mask, bias, out, argumentsAt } = readLogits(call, options, heads, { out: unread });
  const sources = [q, k, mask, bias] as const;
  const plan = readOut(call, out, [...leading, nQ, nK], sources);
  return () => {
    const workspace = (): number => kernels.attentionWeightsWorkspace(nQ, nK, d);
    const sinks = [{ plan, length: nQ * nK }] as const;
    return sweep(call, { steps, sources, sinks, workspace }, ([qAt, kAt, maskAt, biasAt], [outAt], scratch) => {
      kernels.attentionWeights(qAt, kAt, outAt, nQ, nK, d, ...argumentsAt(maskAt, biasAt), scratch);
    })[0];
  };
};

/** @internal */
export const attentionBackward: Body = (call, qValue, kValue, vValue, dOutputValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue, peek(options, "groupedHeads") === true);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { v, dV } = readValues(call, vValue, heads);
  const dOutput = { operand: readDOutput(call, dOutputValue, [...leading, nQ, dV]), length: nQ * dV };
  const given = readLogits(call, options, heads, {
    gradients: someOf<Differentiable>(["q", "k", "v"], "bias"),
    out: unread,
  });
  const { mask, bias, argumentsAt } = given;
  const sources = [q, k, v, dOutput, mask, bias] as const;
  const { sinks, name } = readGradients(call, ["q", "k", "v", "bias"], [q, k, v, bias], sources, given, true);
  return () => {
    const workspace = (): number => kernels.attentionBackwardWorkspace(nQ, nK, d, dV);
    return name(
      sweep(call, { steps, sources, sinks, workspace }, (from, to, scratch) => {
        const [qAt, kAt, vAt, dOutputAt, maskAt, biasAt] = from;
        const sizes = [nQ, nK, d, dV] as const;
        kernels.attentionBackward(qAt, kAt, vAt, dOutputAt, ...to, ...sizes, ...argumentsAt(maskAt, biasAt), scratch);
      }),
    );
  };
};
