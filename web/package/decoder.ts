/// <reference lib="esnext.disposable" preserve="true" />

import { restoring, type Body, type Call } from "./engine.js";
import { refuse, refuseMemory, refuseShape } from "./errors.js";
import { readQueriesAndKeys, readValues } from "./heads.js";
import { featureMap, type LinearAttentionOptions } from "./linear-attention.js";
import { readOperand } from "./operand.js";
import { checkChoice, flag, isOptionsObject, peek, readOptions, unread } from "./options.js";
import { readEstimate, type PerformerEstimate } from "./performer-estimate.js";
import { disposeSymbol, refuseDisposed, type AnyTensor } from "./resident.js";
import { scaleOf, type Scale } from "./scale.js";
import { formatShape, sameShape, sizeOf, type Shape } from "./shape.js";
import { sweep } from "./sweep.js";
import { requireShape, type Tensor } from "./tensor.js";
import { windowOf, type Window } from "./visibility.js";

/**
 * Options of {@link DecoderOperations.decoder}: its kind and those of the kind. "linear" and "performer" keep a state of
 * constant size.
 */
export type DecoderOptions =
  | ExactDecoderOptions
  | ({ kind: "linear" } & Pick<LinearAttentionOptions, "featureMap">)
  | ({ kind: "performer" } & PerformerEstimate);

/** Options of a decoder of kind "exact": attention over all tokens so far, or a window of them. */
export interface ExactDecoderOptions {
  /** The kind. */
  kind: "exact";
  /** The factor before q . k, as in attention; "entropy" counts the keys seen so far, `n: "global"` all of them. Default "sqrt". */
  scale?: Scale | undefined;
  /** Lets a token see only the `window` (or `window[0]`) tokens before it, and itself. Older ones are forgotten. */
  window?: Window | undefined;
  /** Allows k and v to have fewer heads than q, as in attention. */
  groupedHeads?: boolean | undefined;
}

/** A sequence that is decoded token by token. */
export interface Decoder {
  /**
   * Takes the next n >= 1 tokens (a prompt, or one) and gives their rows of the causal attention over all tokens so far.
   *
   * q and k `[...L, n, d]`, v `[...L, n, d_v]` give `[...L, n, d_v]`. The first step tells the sizes; later ones must keep L,
   * d and d_v (SHAPE). Throws MEMORY, and DISPOSED after `dispose()`; a step that throws has changed nothing.
   */
  step: (q: AnyTensor, k: AnyTensor, v: AnyTensor) => Tensor;
  /** Forgets all tokens and their sizes, and gives their memory back. */
  reset: () => void;
  /** Gives its memory back for good. Further calls do nothing. Also there as `Symbol.dispose`, where the engine knows that. */
  dispose: () => void;
  [Symbol.dispose]: () => void;
}

export interface DecoderOperations {
  /**
   * Causal attention over a sequence that arrives piece by piece: what is needed of earlier tokens stays in WebAssembly
   * memory, where `memory().liveBytes` counts it. Call `dispose()` when it is no longer needed.
   *
   * Throws TYPE, VALUE (unknown option or kind), RANGE. Cost of a token: 2 n (d + d_v) operations and one reading of the n
   * keys and values that it sees; of a prompt, that of causal attention. The cache grows by half when it is full.
   *
   * Source: Shazeer, "Fast Transformer Decoding: One Write-Head is All You Need", arXiv:1911.02150.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const decoder = lab.decoder({ kind: "exact" });
   * try {
   *   const prompt = lab.tensor([[1, 0], [0, 1]]);
   *   decoder.step(prompt, prompt, prompt);
   *   const token = lab.tensor([[1, 1]]);
   *   const y = decoder.step(token, token, token);
   *   console.log(y.shape, Array.from(y.data, (value) => value.toFixed(4))); // [ 1, 2 ] [ '0.7517', '0.7517' ]
   * } finally {
   *   decoder.dispose();
   * }
   * ```
   */
  decoder: (options: DecoderOptions) => Decoder;
}

/** Of the first step: query matrices, how many of them share one of keys, and the widths. */
type Sizes = [matrices: number, group: number, d: number, dV: number];

/** What differs from kind to kind, once the options are found right. */
interface Kind {
  groupedHeads: boolean;
  /** Makes the state in WebAssembly memory; 0 if that cannot be had. */
  make: (...sizes: Sizes) => number;
  /** Prepares a step of a state of d channels, after which there have been so many tokens. */
  prepare?: (state: number, d: number, tokens: number) => void;
}

/** Arguments that take 4 KB of the stack: no step was seen to take 3 KB. */
const ROOM = Array<number>(512).fill(0);

/** Windows are clipped to this, which no sequence exceeds. */
const LONGEST = 2 ** 30;

/** The kinds by name: each reads its options. A new kind has its line here. */
const KINDS = {
  exact: ({ engine, operation }: Call, options: unknown): Kind => {
    const { kernels } = engine;
    const resolve = (d: number, nK: number) => scaleOf(engine, { d, nK });
    const scale = peek(options, "scale");
    const { window, groupedHeads } = readOptions(operation, options, {
      kind: unread,
      scale: resolve(1, 1),
      window: windowOf(LONGEST, 0),
      groupedHeads: flag(false),
    });
    return {
      groupedHeads,
      make: (...sizes) => kernels.makeExactDecoder(...sizes, window.left),
      prepare: (state, d, tokens) => {
        const { value, timesLogVisible } = resolve(d, tokens)(operation, "scale", scale);
        kernels.setExactDecoderScale(state, value, timesLogVisible);
      },
    };
  },
  linear: ({ engine: { kernels }, operation }: Call, options: unknown): Kind => {
    const { featureMap: map } = readOptions(operation, options, { kind: unread, featureMap });
    return {
      groupedHeads: false,
      make: (matrices, _group, d, dV) => kernels.makeFeatureDecoder(matrices, d, dV, map.map, 0, 0, 1, 0),
    };
  },
  performer: (call: Call, options: unknown): Kind => {
    const { engine, operation } = call;
    const read = (reading: Call, d: number) => {
      return readEstimate(reading, options, { d, nK: 1 }, { kind: unread }, true).map;
    };
    if (peek(peek(options, "scale"), "n") === "global") {
      refuse("VALUE", operation, "scale", '"global"', "a number: the keys are not known", "scale.n");
    }
    // The channels are not known yet, save from a projection.
    const shape = peek(peek(options, "projection"), "shape");
    const width: unknown = Array.isArray(shape) ? shape[1] : 1;
    read(call, typeof width === "number" ? width : 1);
    return {
      groupedHeads: false,
      make: (matrices, _group, d, dV) => {
        const { map, draws, scale, eps, projection } = read({ engine, operation: "decoder.step" }, d);
        const operand = projection?.().operand;
        let at = operand?.pointer ?? 0;
        if (operand && at === 0) {
          [at = 0] = engine.stage("decoder.step", [operand.size * operand.width]);
          engine.heap.bytes.set(operand.bytes(), at);
        }
        return engine.kernels.makeFeatureDecoder(matrices, d, dV, map, at, draws, scale, eps);
      },
    };
  },
} as const;

/** What is there from the first step on. */
interface State {
  pointer: number;
  leading: Shape;
  keyLeading: Shape;
  d: number;
  dV: number;
  tokens: number;
  bytes: number;
}

/** @internal */
export const decoder: Body = (creation, options) => {
  const { engine } = creation;
  const { kernels, live } = engine;
  const names = Object.keys(KINDS) as (keyof typeof KINDS)[];
  // What is no object is refused as such, by any kind.
  const isObject = options === undefined || isOptionsObject(options);
  const name = isObject ? checkChoice(creation.operation, "kind", peek(options, "kind"), names) : "exact";
  const kind = KINDS[name](creation, options);
  const call = { engine, operation: "decoder.step" };
  const { operation } = call;
  let disposed = false;
  let state: State | undefined;

  const step: Decoder["step"] = restoring(engine, (qValue, kValue, vValue) => {
    if (disposed) refuseDisposed(operation, "decoder");
    if (state) {
      const { shape } = readOperand(call, "q", qValue);
      const { leading, d } = state;
      if (!sameShape(shape, [...leading, shape[shape.length - 2] ?? 0, d])) {
        refuseShape(operation, "q", shape, `${formatShape([...leading, "n", d])} as before`);
      }
    }
    const heads = readQueriesAndKeys(call, qValue, kValue, kind.groupedHeads);
    const { q, k, leading, steps, nQ, d } = heads;
    if (nQ < 1) refuseShape(operation, "q", q.operand.shape, "one token or more");
    const keyLeading = state?.keyLeading ?? k.operand.shape.slice(0, -2);
    requireShape(operation, "k", k.operand.shape, [...keyLeading, nQ, d], "to match q");
    const { v, dV } = readValues(call, vValue, heads);
    requireShape(operation, "v", v.operand.shape, [...keyLeading, nQ, state?.dV ?? dV], "as before");

    // Where the stack of JavaScript is nearly full, it overflows here, and not with half of a step done.
    Math.max(...ROOM);
    const pointer = state?.pointer ?? kind.make(steps, steps === 0 ? 1 : steps / sizeOf(keyLeading), d, dV);
    const tokens = (state?.tokens ?? 0) + nQ;
    try {
      if (pointer === 0) refuseMemory(operation, "k", 0);
      kind.prepare?.(pointer, d, tokens);
      let matrix = 0;
      const work = {
        steps,
        sources: [q, k, v] as const,
        sinks: [{ plan: { shape: [...leading, nQ, dV] }, length: nQ * dV }] as const,
        workspace: () => kernels.decoderWorkspace(pointer, nQ),
      };
      const [result] = sweep(call, work, ([qAt, kAt, vAt], [outAt], scratch) => {
        // The last that can be refused, before the first that changes anything.
        if (matrix === 0 && !kernels.reserveDecoder(pointer, nQ))
          refuseMemory(operation, "k", kernels.decoderBytes(pointer));
        kernels.decoderStep(pointer, matrix++, nQ, qAt, kAt, vAt, outAt, scratch);
      });
      const bytes = kernels.decoderBytes(pointer);
      live.bytes += bytes - (state?.bytes ?? 0);
      state = { pointer, leading, keyLeading, d, dV, tokens, bytes };
      return result as Tensor;
    } finally {
      if (!state && pointer !== 0) kernels.releaseDecoder(pointer);
    }
  });
  const release = (): void => {
    if (!state) return;
    kernels.releaseDecoder(state.pointer);
    live.bytes -= state.bytes;
    state = undefined;
  };
  const reset = (): void => {
    if (disposed) refuseDisposed("decoder.reset", "decoder");
    release();
  };
  const dispose = (): void => {
    release();
    disposed = true;
  };
  return () => ({ step, reset, dispose, ...(disposeSymbol && { [disposeSymbol]: dispose }) });
};
