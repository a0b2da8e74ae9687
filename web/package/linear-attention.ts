import type { Body, Call } from "./engine.js";
import { refuseShape } from "./errors.js";
import { readDOutput, readGradients } from "./gradients.js";
import { readQueriesAndKeys, readValues, type QueriesAndKeys } from "./heads.js";
import { readOut, type Operand } from "./operand.js";
import { choice, flag, optional, peek, readOptions, someOf, unread, type Reader } from "./options.js";
import type { AnyTensor, MaybeOut, Outs, OutsOption, Result, WithOuts } from "./resident.js";
import { sweep, type Source } from "./sweep.js";
import type { Tensor } from "./tensor.js";
import { maskOf, type Mask } from "./visibility.js";

/**
 * Features whose product is the similarity of q and k:
 *
 * | feature map | similarity |
 * |---|---|
 * | "elu" | phi(q) . phi(k), phi(x) = x + 1 above 0, e^x below |
 * | "relu" | phi(x) = max(x, 0) |
 * | "exp" | phi(x) = e^x, stabilized: entries of 200 are fine |
 * | "softmax" | softmax over the channels of q times softmax over the visible keys of k; no denominator |
 * | "cosine" | 1 + cos(q, k); 1 where one of them is zero |
 */
export type LinearFeatureMap = "elu" | "relu" | "exp" | "softmax" | "cosine";

/** Options of {@link LinearAttentionOperations.linearAttention}. */
export interface LinearAttentionOptions<Out extends MaybeOut = Tensor> {
  /** Default "elu". */
  featureMap?: LinearFeatureMap | undefined;
  /** Lets query i see only keys 0 to i; needs n_q = n_k. "softmax" then has its normalizer for each channel and row. Default false. */
  causal?: boolean | undefined;
  /** Which keys can be seen at all. Default: all. */
  mask?: Mask | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

type Differentiable = "q" | "k" | "v";

/** Options of {@link LinearAttentionOperations.linearAttentionBackward}. */
export interface LinearAttentionBackwardOptions<Wanted extends Differentiable = Differentiable, Out = object>
  extends Omit<LinearAttentionOptions, "out">, OutsOption<Out> {
  /** Which gradients to give; default all. */
  gradients?: readonly Wanted[] | undefined;
}

/** The gradients that were asked for, each of the shape of its input: dq, dk, dv. */
export type FeatureAttentionGradients<Wanted extends Differentiable = Differentiable> = {
  readonly [Name in Wanted as `d${Name}`]: Tensor;
} & { readonly [Name in Exclude<Differentiable, Wanted> as `d${Name}`]?: undefined };

export interface LinearAttentionOperations {
  /**
   * Linear attention: sum_j sim(q_i, k_j) v_j / sum_j sim(q_i, k_j) with a similarity that is a product of features, so that
   * the sums over the keys are taken once for all queries. The cost is linear in the length; there is no scale.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]`, v `[...L, n_k, d_v]` give `[...L, n_q, d_v]`. A row whose denominator is 0 is 0.
   * Hidden keys contribute nothing, whatever they hold; NaN spreads as in attention.
   *
   * Throws TYPE, SHAPE, VALUE, MEMORY, DISPOSED; a call that throws has changed nothing. Cost: 4 d d_v operations and up to
   * 2 d exponentials per token; working memory that does not depend on the length.
   *
   * Source: Katharopoulos et al., arXiv:2006.16236 ("elu"); Shen et al., arXiv:1812.01243 ("softmax"); Su Jianlin,
   * kexue.fm/archives/7546 ("cosine").
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 0], [0, 1], [1, 1]]);
   * const v = lab.tensor([[1], [2], [3]]);
   * const y = lab.linearAttention(x, x, v, { causal: true });
   * console.log(Array.from(y.data, (value) => value.toFixed(4))); // [ '1.0000', '1.5556', '2.1000' ]
   * ```
   */
  linearAttention: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    options?: LinearAttentionOptions<Out>,
  ) => Result<Out>;

  /**
   * The gradients of sum(linearAttention(q, k, v) * dOutput). Hidden keys get exactly 0. Options and errors are those of
   * {@link linearAttention}.
   *
   * Cost: about six times that of the forward operation, in double; linear in the length.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 0], [0, 1]]);
   * const { dv } = lab.linearAttentionBackward(x, x, x, x, { gradients: ["v"] });
   * console.log(Array.from(dv.data, (value) => value.toFixed(4))); // [ '0.5556', '0.4444', '0.4444', '0.5556' ]
   * ```
   */
  linearAttentionBackward: <
    Wanted extends Differentiable = Differentiable,
    Out extends Outs<FeatureAttentionGradients> = object,
  >(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    dOutput: AnyTensor,
    options?: LinearAttentionBackwardOptions<Wanted, Out>,
  ) => WithOuts<FeatureAttentionGradients<Wanted>, Out>;
}

/** The kernels' numbers for the maps are the places in this list. */
const MAPS = ["elu", "relu", "exp", "softmax", "cosine"] as const;

/**
 * The map of an operation as the kernels take it; `projection` is read beside q, k and v.
 *
 * @internal
 */
export interface KernelMap {
  map: number;
  draws: number;
  scale: number;
  eps: number;
  /** Made when the call is sure to succeed. */
  projection?: () => Source;
  /** The projection that is given. */
  given?: { operand: Operand } | undefined;
}

/**
 * The `featureMap` of linear attention.
 *
 * @internal
 */
export const featureMap: Reader<KernelMap> = (...given) => ({
  map: MAPS.indexOf(choice(...MAPS)(...given)),
  draws: 0,
  scale: 1,
  eps: 0,
});

/** Readers of options that are put beside those of a map. */
type Readers = Readonly<Record<string, Reader<unknown>>>;

/** What is read of the options: a map, and what all operations share. */
interface FeatureOptions {
  map: KernelMap;
  causal: boolean;
  mask: Source | undefined;
  out: unknown;
  gradients: readonly Differentiable[];
}

/** Reads the options of an operation, given its queries and keys, and the readers that all operations share. */
type MapReader = (
  call: Call,
  options: unknown,
  heads: QueriesAndKeys,
  shared: Readers,
) => { map: KernelMap; given: Readonly<Record<string, unknown>> };

const readLinear: MapReader = ({ operation }, options, _heads, shared) => {
  const given: Readonly<Record<string, unknown>> = readOptions(operation, options, { featureMap, ...shared });
  return { map: given.featureMap as KernelMap, given };
};

/** Checks the arguments of either direction; `further` are options after those of the map. */
function readCall(call: Call, readMap: MapReader, inputs: readonly unknown[], options: unknown, further: Readers = {}) {
  const [qValue, kValue, vValue] = inputs;
  const heads = readQueriesAndKeys(call, qValue, kValue);
  const { k, leading, nQ, nK, d } = heads;
  if (peek(options, "causal") === true && nQ !== nK) {
    refuseShape(call.operation, "k", k.operand.shape, `[${[...leading, nQ, d].join(",")}] with causal`);
  }
  return {
    ...heads,
    ...readValues(call, vValue, heads),
    readGiven(): FeatureOptions {
      const shared = { causal: flag(false), mask: optional(maskOf(call.engine, leading, nK)), ...further, out: unread };
      const { map, given } = readMap(call, options, heads, shared);
      return { ...(given as unknown as FeatureOptions), map };
    },
  };
}

/**
 * The body of attention by a feature map.
 *
 * @internal
 */
export const featureAttention =
  (readMap: MapReader): Body =>
  (call, qValue, kValue, vValue, options) => {
    const { kernels } = call.engine;
    const read = readCall(call, readMap, [qValue, kValue, vValue], options);
    const { q, k, v, steps, leading, nQ, nK, d, dV } = read;
    const { map, causal, mask, out } = read.readGiven();
    const plan = readOut(call, out, [...leading, nQ, dV], [q, k, v, mask, map.given]);
    return () => {
      const sources = [q, k, v, mask, map.projection?.()] as const;
      const workspace = (): number => kernels.featureAttentionWorkspace(d, dV, map.map, map.draws);
      const work = { steps, sources, sinks: [{ plan, length: nQ * dV }] as const, workspace };
      return sweep(call, work, (pointers, [outAt], scratch) => {
        const sizes = [nQ, nK, d, dV, map.map, map.draws, map.scale, map.eps] as const;
        kernels.featureAttention(...pointers, outAt, ...sizes, causal, scratch);
      })[0];
    };
  };

/**
 * The body of its gradients.
 *
 * @internal
 */
export const featureAttentionBackward =
  (readMap: MapReader): Body =>
  (call, qValue, kValue, vValue, dValue, options) => {
    const { kernels } = call.engine;
    const read = readCall(call, readMap, [qValue, kValue, vValue], options, { gradients: someOf(["q", "k", "v"]) });
    const { q, k, v, steps, leading, nQ, nK, d, dV } = read;
    const dOutput = { operand: readDOutput(call, dValue, [...leading, nQ, dV]), length: nQ * dV };
    const given = read.readGiven();
    const { map, causal, mask } = given;
    const checked = [q, k, v, dOutput, mask] as const;
    const { sinks, name } = readGradients(call, ["q", "k", "v"], [q, k, v], [...checked, map.given], given);
    return () => {
      const sources = [...checked, map.projection?.()] as const;
      const workspace = (): number => kernels.featureAttentionBackwardWorkspace(nQ, d, dV, map.map, map.draws);
      return name(
        sweep(call, { steps, sources, sinks, workspace }, (from, to, scratch) => {
          const sizes = [nQ, nK, d, dV, map.map, map.draws, map.scale, map.eps] as const;
          kernels.featureAttentionBackward(...from, ...to, ...sizes, causal, scratch);
        }),
      );
    };
  };

/** @internal */
export const linearAttention: Body = featureAttention(readLinear);

/** @internal */
export const linearAttentionBackward: Body = featureAttentionBackward(readLinear);
