import type { Call, Engine } from "./engine.js";
import { describe, refuse } from "./errors.js";
import { isOptionsObject } from "./options.js";
import { refuseDisposed, ResidentTensor, type Resident } from "./resident.js";
import { sizeOf, type Shape } from "./shape.js";
import { readTensorLike, requireShape, type Tensor } from "./tensor.js";

/** A checked argument that kernels read: in the memory of this engine already, or outside of it and to be copied in. */
export class Operand {
  readonly shape: Shape;
  readonly size: number;
  /** Its byte offset in the memory, or 0 if it is elsewhere. */
  readonly pointer: number;
  /** Bytes of one entry. */
  readonly width: number;
  readonly #engine: Engine;
  readonly #data: Float32Array | Uint8Array;
  readonly #buffer: ArrayBufferLike;
  /** Where its bytes begin and end in the buffer. */
  readonly #start: number;
  readonly #end: number;

  // A plain tensor may well be a view of our own memory, which growth would take away: its place stays valid.
  constructor(
    engine: Engine,
    shape: Shape,
    data: Float32Array | Uint8Array,
    start = data.byteOffset,
    buffer = data.buffer,
  ) {
    this.#engine = engine;
    this.#data = data;
    this.#buffer = buffer;
    this.shape = shape;
    this.size = sizeOf(shape);
    this.width = data.BYTES_PER_ELEMENT;
    this.#start = start;
    this.#end = start + this.size * this.width;
    this.pointer = buffer === engine.heap.buffer ? start : 0;
  }

  /** All of its bytes. Good until the memory grows. */
  bytes(): Uint8Array {
    const { buffer } = this.pointer === 0 ? this.#data : this.#engine.heap;
    return new Uint8Array(buffer, this.#start, this.#end - this.#start);
  }

  /** Copies entries from `offset` on to a place in the memory. */
  load(at: number, offset: number, length: number): void {
    this.#memory().set(this.#part(offset, length), at / this.width);
  }

  /** Copies entries from a place in the memory, to those from `offset` on. */
  store(at: number, offset: number, length: number): void {
    const from = at / this.width;
    this.#part(offset, length).set(this.#memory().subarray(from, from + length));
  }

  #memory(): Float32Array | Uint8Array {
    const { heap } = this.#engine;
    return this.width === 1 ? heap.bytes : heap.floats;
  }

  // Views take longer to make than small tensors to copy.
  #part(offset: number, length: number): Float32Array | Uint8Array {
    return length === this.size ? this.#data : this.#data.subarray(offset, offset + length);
  }

  /** Whether the two share a byte. */
  overlaps(other: Operand): boolean {
    return Math.max(this.#start, other.#start) < Math.min(this.#end, other.#end) && this.#buffer === other.#buffer;
  }
}

/** Checks a tensor argument: TYPE if it is no tensor, SHAPE if data and shape disagree, DISPOSED. */
export function readOperand({ engine, operation }: Call, argument: string, value: unknown): Operand {
  if (value instanceof ResidentTensor) {
    if (value.pointer === 0) refuseDisposed(operation, argument);
    // A view takes long to make.
    const { floats, buffer } = engine.heap;
    if (value.engine === engine) return new Operand(engine, value.sizes, floats, value.pointer, buffer);
    return new Operand(engine, value.sizes, value.view);
  }
  const { data, shape } = readTensorLike(operation, argument, value);
  return new Operand(engine, shape, data);
}

/** Checks a tensor argument that must have a certain shape (SHAPE), found once it is a tensor, and says why. */
export function readShaped(
  call: Call,
  place: string,
  value: unknown,
  shape: () => Shape,
  reason = "like the result",
): Operand {
  const operand = readOperand(call, place, value);
  requireShape(call.operation, place, operand.shape, shape(), reason);
  return operand;
}

/** Where a result goes: a fresh tensor, or the caller's `out`. */
export interface Plan {
  shape: readonly number[];
  given?: { value: Tensor | Resident; operand: Operand };
}

/** Tensors that a result must not lie in. */
type Others = readonly ({ operand: Operand } | undefined)[];

/**
 * Checks the `out` option: a tensor or resident of exactly the result's shape (TYPE, SHAPE, DISPOSED) that shares no byte
 * with an input (VALUE).
 */
export function readOut(call: Call, value: unknown, shape: readonly number[], others: Others, place = "out"): Plan {
  if (value === undefined) return { shape };
  const operand = readShaped(call, place, value, () => shape);
  for (const other of others) {
    if (other?.operand.overlaps(operand)) {
      refuse("VALUE", call.operation, place, "in the memory of another", "memory of its own");
    }
  }
  return { shape, given: { value: value as Tensor | Resident, operand } };
}

/** Plans for several results, and what makes of the results, in the same order, what is returned. */
export type Plans<Returned> = readonly [
  plans: readonly (Plan | undefined)[],
  name: (results: readonly unknown[]) => Returned,
];

/**
 * Checks the `out` option where there are several results: an object that has an `out` for any of them by its name (VALUE
 * for other things), which also shares no byte with another's. `named` has the names of the results, and what each has the
 * shape of, if there is to be such a result at all.
 */
export function readOuts(
  call: Call,
  outs: unknown,
  named: readonly (readonly [name: string, like: { shape: Shape } | undefined])[],
  inputs: Others,
): Plans<Record<string, unknown>> {
  const names = named.flatMap(([name, like]) => (like ? [name] : []));
  const given = isOptionsObject(outs) ? outs : undefined;
  const keys = Object.keys(given ?? {}).filter((key) => given?.[key] !== undefined);
  if (given !== outs || keys.some((key) => !names.includes(key))) {
    const actual = given ? `{ ${keys.join(", ")} }` : describe(outs);
    refuse(outs === null ? "TYPE" : "VALUE", call.operation, "out", actual, `some of { ${names.join(", ")} }`);
  }
  const others = [...inputs];
  const plans = named.map(([name, like]) => {
    const plan = like && readOut(call, given?.[name], like.shape, others, `out.${name}`);
    others.push(plan?.given);
    return plan;
  });
  const name = (results: readonly unknown[]) =>
    Object.fromEntries(named.flatMap(([key, like], i) => (like ? [[key, results[i]]] : [])));
  return [plans, name];
}
