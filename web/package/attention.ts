import { biasOf } from "./bias.js";
import type { Body, Call } from "./engine.js";
import { readQueriesAndKeys, readValues, type QueriesAndKeys } from "./heads.js";
import { readOut } from "./operand.js";
import { flag, optional, peek, readOptions, unread } from "./options.js";
import type { AnyTensor, MaybeOut, Result } from "./resident.js";
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

/**
 * The options that decide which entries count, and how much; `out` is left to be checked.
 *
 * @internal
 */
export function readLogits(call: Call, options: unknown, heads: QueriesAndKeys) {
  const { engine, operation } = call;
  const { leading, nQ, nK } = heads;
  const given = readOptions(operation, options, {
    scale: scaleOf(engine, heads),
    causal: flag(false),
    window: windowOf(nQ, nK),
    mask: optional(maskOf(engine, leading, nK)),
    bias: optional(biasOf(call, heads)),
    groupedHeads: flag(false),
    out: unread,
  });
  const { scale, bias, window } = given;
  const [left, right] = [window.left, given.causal ? 0 : window.right];
  return {
    ...given,
    argumentsAt: (maskAt: number, biasAt: number): LogitArguments => [
      ...([scale.value, scale.timesLogVisible, maskAt] as const),
      ...([biasAt, bias?.rowStride ?? 0, bias?.columnStride ?? 0] as const),
      ...([left, right] as const),
    ],
  };
}

/** @internal */
export const attention: Body = (call, qValue, kValue, vValue, options) => {
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue, peek(options, "groupedHeads") === true);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { v, dV } = readValues(call, vValue, heads);
  const { mask, bias, out, argumentsAt } = readLogits(call, options, heads);
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
  const { mask, bias, out, argumentsAt } = readLogits(call, options, heads);
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
