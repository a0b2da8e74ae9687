import type { Body, Call } from "./engine.js";
import { refuse } from "./errors.js";
import { readDOutput, readGradients } from "./gradients.js";
import { readQueriesAndKeys, readValues, type QueriesAndKeys } from "./heads.js";
import { readOut } from "./operand.js";
import {
  checkNumber,
  choice,
  flag,
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
import { scaleOf, type Scale } from "./scale.js";
import { seedHalves, type Seed } from "./seed.js";
import { sweep } from "./sweep.js";
import type { Tensor } from "./tensor.js";
import { maskOf, windowOf, type Mask, type Window } from "./visibility.js";

/**
 * Which entries of the attention matrix are kept. With the aligned position i' = i + n_k - n_q and r = |i' - j|:
 *
 * | pattern | kept | options |
 * |---|---|---|
 * | "local" | r <= window | window |
 * | "atrous" | r a multiple of dilation | dilation |
 * | "sparse" | either of these | window, dilation |
 * | "bigbird" | blocks of blockSize tokens at most `window` blocks apart, and randomBlocks drawn key blocks for each block of queries | window, blockSize, randomBlocks, seed |
 */
export type SparsePatternKind = "local" | "atrous" | "sparse" | "bigbird";

/** The options that decide what is kept; see {@link SparsePatternKind}. One that the pattern does not know is refused. */
export interface SparsePatternOptions {
  /** Default "local". */
  pattern?: SparsePatternKind | undefined;
  /** Keys on each side, or [left, right]; default 64. For "bigbird" blocks on each side; default 1. Whole numbers >= 0. */
  window?: Window | undefined;
  /** Distance of the keys that "atrous" and "sparse" keep; a whole number >= 1, default 4. */
  dilation?: number | undefined;
  /** Tokens of a block of "bigbird"; a whole number >= 1, default 64. */
  blockSize?: number | undefined;
  /**
   * Key blocks that "bigbird" draws for each block of queries, without replacement from those outside the window, with
   * `causal` from those before; a whole number >= 0, default 3. The draw depends on the seed and the number of blocks alone.
   */
  randomBlocks?: number | undefined;
  /** Seed of that draw, default 0. */
  seed?: Seed | undefined;
  /** The first so many positions see all keys and are seen by all queries; a whole number >= 0, default 0. */
  globalTokens?: number | undefined;
  /** Keeps only keys j <= i'. Default false. */
  causal?: boolean | undefined;
  /** Which keys can be seen at all. Default: all. */
  mask?: Mask | undefined;
}

/** Options of {@link SparseAttentionOperations.sparseAttention}. */
export interface SparseAttentionOptions<Out extends MaybeOut = Tensor> extends SparsePatternOptions {
  /** The factor before q . k, as in attention; n is the number of keys that the query keeps. Default "sqrt". */
  scale?: Scale | undefined;
  /** Allows k and v to have fewer heads (last leading axis) than q: a divisor. */
  groupedHeads?: boolean | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

/** Options of {@link SparseAttentionOperations.sparseAttentionBackward}. */
export interface SparseAttentionBackwardOptions<Out = object>
  extends Omit<SparseAttentionOptions, "out">, OutsOption<Out> {
  /** Which gradients to give; default all. */
  gradients?: readonly ("q" | "k" | "v")[] | undefined;
}

/** Options of {@link SparseAttentionOperations.sparsePattern}. */
export interface SparsePictureOptions<Out extends MaybeOut = Tensor> extends SparsePatternOptions {
  /** Filled and returned instead of a fresh tensor. */
  out?: Out | undefined;
}

export interface SparseAttentionOperations {
  /**
   * Softmax attention over the entries that a sparse pattern keeps; time and memory follow their number.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]`, v `[...L, n_k, d_v]` give `[...L, n_q, d_v]`, sizes and leading axes as in
   * attention. A key that a row keeps for several reasons counts once. A query that keeps nothing gets exactly 0, and what
   * is not kept contributes nothing, even where k or v is NaN or infinite.
   *
   * Throws TYPE, SHAPE, VALUE (unknown option, one that the pattern does not know, `out` overlaps an input), RANGE, MEMORY,
   * DISPOSED; a call that throws has changed nothing. Cost: 2 (d + d_v) operations and one exponential per kept entry, in
   * tiles of 6 or 4 keys by 8 queries; scratch of O(n) numbers.
   *
   * Source: Su Jianlin, kexue.fm/archives/6853; Child et al., arXiv:1904.10509; Zaheer et al., "Big Bird", arXiv:2007.14062.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 0], [0, 1], [1, 1], [2, 0]]);
   * const y = lab.sparseAttention(x, x, x, { pattern: "local", window: 1, causal: true });
   * console.log(Array.from(y.data.slice(4), (value) => value.toFixed(3))); // [ '0.670', '1.000', '1.804', '0.196' ]
   * ```
   */
  sparseAttention: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    options?: SparseAttentionOptions<Out>,
  ) => Result<Out>;

  /**
   * The gradients of sum(sparseAttention(q, k, v) * dOutput) with respect to q, k and v. What is kept, and n in the scale,
   * are constants. Keys that no query keeps get exactly 0. Options and errors are those of {@link sparseAttention}.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const x = lab.tensor([[1, 0], [0, 1], [1, 1]]);
   * const { dv } = lab.sparseAttentionBackward(x, x, x, x, { pattern: "atrous", dilation: 2 });
   * console.log(Array.from(dv.data, (value) => value.toFixed(3))); // [ '0.830', '0.330', '0.000', '1.000', '1.170', '0.670' ]
   * ```
   */
  sparseAttentionBackward: <Out extends Outs<{ dq: Tensor; dk: Tensor; dv: Tensor }> = object>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    dOutput: AnyTensor,
    options?: SparseAttentionBackwardOptions<Out>,
  ) => WithOuts<{ dq: Tensor; dk: Tensor; dv: Tensor }, Out>;

  /**
   * What {@link sparseAttention} keeps, as a tensor `[n_q, n_k]` of 0 and 1: for pictures, and to count. mask is one row of
   * n_k entries here.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const kept = lab.sparsePattern(6, 6, { pattern: "sparse", window: 1, dilation: 3 });
   * console.log(Array.from(kept.data.slice(0, 6))); // [ 1, 1, 0, 1, 0, 0 ]
   * console.log(kept.data.reduce((sum, entry) => sum + entry)); // 22
   * ```
   */
  sparsePattern: <Out extends MaybeOut = undefined>(
    nQ: number,
    nK: number,
    options?: SparsePictureOptions<Out>,
  ) => Result<Out>;
}

const KINDS = ["local", "atrous", "sparse", "bigbird"] as const;

/** The options that not every pattern knows. */
const KNOWN: Readonly<Record<SparsePatternKind, readonly string[]>> = {
  local: ["window"],
  atrous: ["dilation"],
  sparse: ["window", "dilation"],
  bigbird: ["window", "blockSize", "randomBlocks", "seed"],
};

interface Sizes {
  leading: readonly number[];
  nQ: number;
  nK: number;
}

/** The readers of a pattern's options, in the order in which they are checked. */
function patternReaders({ engine }: Call, options: unknown, { leading, nQ, nK }: Sizes) {
  // Judged when its turn comes, which is before that of the others.
  const kind = (peek(options, "pattern") ?? KINDS[0]) as SparsePatternKind;
  const known =
    <Meaning>(reader: Reader<Meaning>): Reader<Meaning> =>
    (operation, key, value) => {
      if (value !== undefined && !KNOWN[kind].includes(key)) {
        refuse("VALUE", operation, key, `given with "${kind}"`, `one of ${KNOWN[kind].join(", ")}`);
      }
      return reader(operation, key, value);
    };
  // Beyond all positions nothing changes, and the kernels count in 32 bits.
  const size =
    (least: number, byDefault: number): Reader<number> =>
    (...given) =>
      Math.min(number(whole(least), byDefault)(...given), nQ + nK + 1);
  return {
    pattern: choice(...KINDS),
    window: known((operation, key, value = kind === "bigbird" ? 1 : 64) => windowOf(nQ, nK)(operation, key, value)),
    dilation: known(size(1, 4)),
    blockSize: known(size(1, 64)),
    randomBlocks: known(size(0, 3)),
    seed: known(seedHalves),
    globalTokens: size(0, 0),
    causal: flag(false),
    mask: optional(maskOf(engine, leading, nK)),
  };
}

type PatternReaders = ReturnType<typeof patternReaders>;
type Pattern = { [Key in keyof PatternReaders]: ReturnType<PatternReaders[Key]> };

/** How the kernels take a pattern: the last of their arguments but the workspace. */
const patternArguments = ({ pattern, window, seed, ...rest }: Pattern, further = 0) =>
  [
    ...([KINDS.indexOf(pattern), window.left, window.right, rest.dilation, rest.blockSize] as const),
    ...([rest.randomBlocks, rest.globalTokens, ...seed, rest.causal, further] as const),
  ] as const;

/** The options that both directions share. */
const attentionReaders = (call: Call, options: unknown, heads: QueriesAndKeys, further: number) => ({
  ...patternReaders(call, options, { ...heads, nQ: heads.nQ + further }),
  scale: scaleOf(call.engine, heads),
  groupedHeads: flag(false),
});

/**
 * A part of a larger call has some of its queries: of those that stand after them, `after` is the number.
 *
 * @internal
 */
export const sparseAttention: Body = (call, qValue, kValue, vValue, options, after) => {
  const further = Number(after ?? 0);
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue, peek(options, "groupedHeads") === true);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { v, dV } = readValues(call, vValue, heads);
  const given = readOptions(call.operation, options, {
    ...attentionReaders(call, options, heads, further),
    out: unread,
  });
  const { mask, scale, out } = given;
  const sources = [q, k, v, mask] as const;
  const plan = readOut(call, out, [...leading, nQ, dV], sources);
  return () => {
    const workspace = (): number => kernels.sparseAttentionWorkspace(nQ, nK, d, dV);
    const work = { steps, sources, sinks: [{ plan, length: nQ * dV }] as const, workspace };
    return sweep(call, work, ([qAt, kAt, vAt, maskAt], [outAt], scratch) => {
      const logits = [scale.value, scale.timesLogVisible, maskAt] as const;
      kernels.sparseAttention(
        ...([qAt, kAt, vAt, outAt, nQ, nK, d, dV] as const),
        ...logits,
        ...patternArguments(given, further),
        scratch,
      );
    })[0];
  };
};

/** @internal */
export const sparseAttentionBackward: Body = (call, qValue, kValue, vValue, dValue, options, after) => {
  const further = Number(after ?? 0);
  const { kernels } = call.engine;
  const heads = readQueriesAndKeys(call, qValue, kValue, peek(options, "groupedHeads") === true);
  const { q, k, steps, leading, nQ, nK, d } = heads;
  const { v, dV } = readValues(call, vValue, heads);
  const dOutput = { operand: readDOutput(call, dValue, [...leading, nQ, dV]), length: nQ * dV };
  const given = readOptions(call.operation, options, {
    ...attentionReaders(call, options, heads, further),
    gradients: someOf(["q", "k", "v"]),
    out: unread,
  });
  const { mask, scale } = given;
  const sources = [q, k, v, dOutput, mask] as const;
  const { sinks, name } = readGradients(call, ["q", "k", "v"], [q, k, v], sources, given);
  return () => {
    const workspace = (): number => kernels.sparseAttentionBackwardWorkspace(nQ, nK, d, dV);
    return name(
      sweep(call, { steps, sources, sinks, workspace }, ([qAt, kAt, vAt, dAt, maskAt], to, scratch) => {
        const logits = [scale.value, scale.timesLogVisible, maskAt] as const;
        kernels.sparseAttentionBackward(
          ...([qAt, kAt, vAt, dAt, ...to, nQ, nK, d, dV] as const),
          ...logits,
          ...patternArguments(given, further),
          scratch,
        );
      }),
    );
  };
};

/** @internal */
export const sparsePattern: Body = (call, nQValue, nKValue, options) => {
  const { engine, operation } = call;
  const [nQ, nK] = [checkNumber(operation, "nQ", nQValue, whole(0)), checkNumber(operation, "nK", nKValue, whole(0))];
  const given = readOptions(operation, options, {
    ...patternReaders(call, options, { leading: [], nQ, nK }),
    out: unread,
  });
  const sources = [given.mask] as const;
  const plan = readOut(call, given.out, [nQ, nK], sources);
  return () => {
    const workspace = (): number => engine.kernels.sparsePatternWorkspace(nK);
    const work = { steps: 1, sources, sinks: [{ plan, length: nQ * nK }] as const, workspace };
    return sweep(call, work, ([maskAt], [outAt], scratch) => {
      engine.kernels.sparsePattern(outAt, nQ, nK, maskAt, ...patternArguments(given), scratch);
    })[0];
  };
};
