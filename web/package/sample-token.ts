import { readRows } from "./axes.js";
import type { Body } from "./engine.js";
import { refuse } from "./errors.js";
import { checkNumber, finite, number, optional, peek, positive, readOptions, whole, type Interval } from "./options.js";
import { inputOf, type RowInput } from "./probability.js";
import { without } from "./row-operation.js";
import type { AnyTensor } from "./resident.js";
import { sweepRows } from "./row-sweep.js";
import { counted, seedHalves, type Seed } from "./seed.js";
import type { Tensor } from "./tensor.js";

/** Options of {@link SampleTokenOperations.sampleToken}. */
export interface SampleTokenOptions {
  /** Default "logits". */
  input?: RowInput | undefined;
  /** Divides the logits; finite and > 0, default 1. */
  temperature?: number | undefined;
  /** Instead of a temperature: the entropy in nats that every row is brought to, or to the nearest it can have. */
  entropy?: number | undefined;
  /** Keep so many of the largest, >= 1. Default: all. */
  topK?: number | undefined;
  /** Then keep the fewest largest that together hold this share, in (0, 1]. Default 1: all. */
  topP?: number | undefined;
  /** A whole number from 0 to 2^53 - 1, or a bigint below 2^64. Default 0. */
  seed?: Seed | undefined;
  /** Which draw of the seed: a whole number >= 0; count it up from token to token. Default 0. */
  draw?: number | undefined;
}

export interface SampleTokenOperations {
  /**
   * Draws one index per row of the last axis: temperature, or a target entropy, then topK, then topP on what that leaves;
   * renormalized. The same seed, draw and row give the same token.
   *
   * x: any shape of rank 1 or more, `probabilities` has the same; `token` has one entry per row in row-major order. Of equal
   * entries at a cut the first ones stay. A row that is no distribution gives token -1 and NaN.
   *
   * Throws TYPE, SHAPE (rank 0), VALUE (unknown option; `temperature` together with `entropy`), RANGE, MEMORY, DISPOSED. Cost: a
   * softmax, and 31 light passes for each of topK and topP.
   *
   * Source: Philox draws (Salmon et al., 2011); top-k arXiv:1805.04833, top-p arXiv:1904.09751.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const logits = lab.tensor([2, 1, 0, -1]);
   * const { token, probabilities } = lab.sampleToken(logits, { entropy: 0.5, topK: 3, seed: 7 });
   * console.log(token.length, Array.from(probabilities.data, (value) => value.toFixed(3)).join(" "));
   * // 1 0.850 0.130 0.020 0.000
   * ```
   */
  sampleToken: (x: AnyTensor, options?: SampleTokenOptions) => { token: Int32Array; probabilities: Tensor };
}

const share: Interval = { contains: (value) => value > 0 && value <= 1, words: "a number in (0, 1]" };

/** @internal */
export const sampleToken: Body = (call, xValue, options) => {
  const operand = readRows(call, "x", xValue);
  const { input, temperature, entropy, topK, topP, seed, draw } = readOptions(call.operation, options, {
    input: inputOf("logits"),
    temperature: number(positive, 1),
    entropy: optional((operation, key, value) => {
      if (peek(options, "temperature") !== undefined) {
        refuse("VALUE", operation, key, "given with temperature", "one of the two");
      }
      return checkNumber(operation, key, value, finite);
    }),
    topK: number(whole(1), Number.MAX_SAFE_INTEGER),
    topP: number(share, 1),
    seed: seedHalves,
    draw: number(counted, 0),
  });
  const axis = operand.shape.length - 1;
  const work = {
    sources: [{ operand }],
    sinks: [{ plan: { shape: operand.shape } }, { plan: { shape: without(operand.shape, axis) }, length: 1 }],
  } as const;
  return () => {
    const [probabilities, tokens] = sweepRows(call, [axis], work, ([x], [to, tokensAt], { count, length, first }) => {
      const { kernels } = call.engine;
      kernels.sampleTokens(
        x,
        to,
        tokensAt,
        count,
        length,
        input,
        temperature,
        entropy ?? NaN,
        topK,
        topP,
        ...seed,
        draw,
        first,
      );
    }) as [Tensor, Tensor];
    return { token: new Int32Array(tokens.data.buffer), probabilities };
  };
};
