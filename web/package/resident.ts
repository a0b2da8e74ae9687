/// <reference lib="esnext.disposable" preserve="true" />

import type { Engine } from "./engine.js";
import { refuse } from "./errors.js";
import { sizeOf } from "./shape.js";
import { floatArray, type Tensor, type TensorLike } from "./tensor.js";

/**
 * A tensor that lives in WebAssembly memory: operations read it and write it without copies.
 *
 * It stands wherever a tensor may, and as `out`. It is not collected when forgotten: call `dispose()`, best in a
 * `finally` block. After that every use of it is refused with DISPOSED.
 */
export interface Resident {
  /** The sizes of its axes. */
  readonly shape: readonly number[];
  /**
   * Its entries in row-major order, to read and to write. Each access gives a fresh array over the present memory; do not
   * keep one across calls, which may let the memory grow.
   */
  readonly view: Float32Array;
  /** A copy of it as a plain tensor; also what `JSON.stringify` takes. */
  tensor(): Tensor;
  /** Gives its memory back. Further calls do nothing. Also there as `Symbol.dispose`, where the engine knows that. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What operations accept: a plain tensor or a resident, mixed freely. */
export type AnyTensor = TensorLike | Resident;

/** What may be given as `out`. */
export type MaybeOut = Tensor | Resident | undefined;

/** What an operation returns: its `out` if that was given, else a fresh tensor. */
export type Result<Out extends MaybeOut> = Out extends undefined ? Tensor : Out;

/**
 * What may be given as `out` where there are several results: an `out` for any of them, by its name. A tensor is only in the
 * type, so that options typed as those of an operation with one result may be handed on: a call that gets one refuses it.
 */
export type Outs<Results> = { readonly [Name in keyof Results]?: MaybeOut } | Tensor;

/** The results of an operation that has several: each is its `out` if that was given, else a fresh tensor. */
export type WithOuts<Results, Given> = {
  [Name in keyof Results]: Name extends keyof Given ? Result<Extract<Given[Name], MaybeOut>> : Results[Name];
};

/**
 * The option `out` of the operations that have several results: gradients, and those that return a tensor beside others. A
 * result of some megabytes costs more to be had afresh than to be computed.
 *
 * Throws, with the argument `out` and a message that names the result, as in `out.dx`: VALUE for what is no object of results
 * by name, for a name that is none of them or a gradient that is not asked for, and for memory of an input or of one another;
 * TYPE, SHAPE, DISPOSED for what cannot take the result. A call that throws has written nothing.
 *
 * @example
 * ```js
 * import { load } from "attnlab";
 *
 * const lab = await load();
 * const [x, dOutput] = [lab.tensor([1, 2, 6]), lab.tensor([1, 0, 0])];
 * const gradient = lab.resident([3]);
 * try {
 *   const { dx } = lab.layerNormBackward(x, dOutput, { out: { dx: gradient } });
 *   console.log(dx === gradient, dx.view[0].toFixed(4)); // true 0.1763
 * } finally {
 *   gradient.dispose();
 * }
 * ```
 */
export interface OutsOption<Given> {
  /**
   * Some of the results by their names: each is filled and returned instead of a fresh tensor, with the same bits. Of that
   * result's shape, sharing no memory with an input or with one another.
   */
  out?: Given | undefined;
}

/**
 * The name of a method that Node 20 and older browsers do not know; there it is undefined.
 *
 * @internal
 */
export const disposeSymbol = (Symbol as { dispose?: symbol }).dispose;

/**
 * The one implementation of {@link Resident}.
 *
 * @internal
 */
export class ResidentTensor implements Resident {
  readonly shape: readonly number[];
  /** The same for our own use: engines are slow to read from frozen arrays. */
  readonly sizes: readonly number[];
  readonly engine: Engine;
  readonly size: number;
  /** The last two sizes if it is one matrix with entries, all of its other sizes being 1; else both are 0. */
  readonly rows: number;
  readonly columns: number;
  #pointer: number;

  /** Takes over the block at `pointer`. */
  constructor(engine: Engine, shape: readonly number[], pointer: number) {
    this.engine = engine;
    this.sizes = [...shape];
    this.shape = Object.freeze([...shape]);
    this.size = sizeOf(shape);
    const [rows = 0, columns = 0] = shape.slice(-2);
    const isMatrix = this.size > 0 && rows * columns === this.size;
    this.rows = isMatrix ? rows : 0;
    this.columns = isMatrix ? columns : 0;
    this.#pointer = pointer;
    engine.live.residents += 1;
    engine.live.bytes += 4 * this.size;
  }

  /** Where its entries are in the memory; 0 after `dispose()`. */
  get pointer(): number {
    return this.#pointer;
  }

  get view(): Float32Array {
    return new Float32Array(this.engine.heap.buffer, this.#usable("view"), this.size);
  }

  tensor(): Tensor {
    const pointer = this.#usable("tensor");
    const data = floatArray("resident", "tensor", this.size);
    data.set(this.engine.heap.floats.subarray(pointer / 4, pointer / 4 + this.size));
    return { data, shape: [...this.shape] };
  }

  /** For JSON.stringify, which would go through the whole memory else. */
  toJSON(): Tensor {
    return this.tensor();
  }

  dispose(): void {
    if (this.#pointer === 0) return;
    this.engine.heap.release(this.#pointer);
    this.engine.live.residents -= 1;
    this.engine.live.bytes -= 4 * this.size;
    this.#pointer = 0;
  }

  declare [Symbol.dispose]: () => void;

  static {
    const method = Object.getOwnPropertyDescriptor(this.prototype, "dispose");
    if (disposeSymbol && method) Object.defineProperty(this.prototype, disposeSymbol, method);
  }

  #usable(argument: string): number {
    if (this.#pointer === 0) refuseDisposed("resident", argument);
    return this.#pointer;
  }
}

/**
 * Throws DISPOSED.
 *
 * @internal
 */
export function refuseDisposed(operation: string, argument: string): never {
  refuse("DISPOSED", operation, argument, "disposed of", "a live resident");
}
