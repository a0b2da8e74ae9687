import type { Engine } from "./engine.js";
import { refuse } from "./errors.js";
import { refuseDisposed, ResidentTensor } from "./resident.js";
import { sizeOf, type Shape } from "./shape.js";
import { floatArray, readTensorLike, requireShape, type Tensor } from "./tensor.js";
import type { Resident } from "./resident.js";

/** Bytes that an argument occupies, to see whether an output would overwrite an input. */
export interface Span {
  buffer: ArrayBufferLike;
  start: number;
  end: number;
}

/** A checked tensor argument: either in the memory of this engine, or outside of it and to be copied in. */
export class Operand {
  readonly shape: Shape;
  readonly size: number;
  /** Its byte offset in the memory, or 0 if it is elsewhere. */
  readonly pointer: number;
  readonly #engine: Engine;
  readonly #data: Float32Array;

  constructor(engine: Engine, shape: Shape, data: Float32Array) {
    this.#engine = engine;
    this.shape = shape;
    this.size = sizeOf(shape);
    // A plain tensor may well be a view of our own memory, which growth would take away: its place stays valid.
    this.pointer = data.buffer === engine.heap.buffer ? data.byteOffset : 0;
    this.#data = data;
  }

  /** `length` of its entries, from `offset` on. Good until the memory grows. */
  entries(offset: number, length: number): Float32Array {
    if (this.pointer === 0) return this.#data.subarray(offset, offset + length);
    const start = this.pointer / 4 + offset;
    return this.#engine.heap.floats.subarray(start, start + length);
  }

  get span(): Span {
    return spanOf(this.#data);
  }
}

/** The bytes under a typed array. */
export const spanOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Span => ({
  buffer,
  start: byteOffset,
  end: byteOffset + byteLength,
});

const overlaps = (a: Span, b: Span): boolean =>
  a.buffer === b.buffer && a.start < b.end && b.start < a.end && a.start < a.end && b.start < b.end;

/** Checks a tensor argument: TYPE if it is no tensor, SHAPE if data and shape disagree, DISPOSED. */
export function readOperand(engine: Engine, operation: string, argument: string, value: unknown): Operand {
  if (value instanceof ResidentTensor) {
    if (value.pointer === 0) refuseDisposed(operation, argument);
    return new Operand(engine, value.shape, value.view);
  }
  const { data, shape } = readTensorLike(operation, argument, value);
  return new Operand(engine, shape, data);
}

/** The matrices of an operand, one after the other, where the kernels can read them. */
export class Input {
  readonly #engine: Engine;
  readonly #operand: Operand;
  readonly #length: number;
  readonly #slot: number;
  #held = -1;

  /** `length`: entries of one matrix. `slot`: room for one matrix, unused if the operand is in the memory already. */
  constructor(engine: Engine, operand: Operand, length: number, slot: number) {
    this.#engine = engine;
    this.#operand = operand;
    this.#length = length;
    this.#slot = slot;
  }

  /** Pointer to matrix `index`. It is copied unless it is there already. */
  at(index: number): number {
    const offset = index * this.#length;
    if (this.#operand.pointer !== 0) return this.#operand.pointer + 4 * offset;
    if (this.#held !== index) {
      this.#engine.heap.floats.set(this.#operand.entries(offset, this.#length), this.#slot / 4);
      this.#held = index;
    }
    return this.#slot;
  }
}

/** Bytes of the slot that an {@link Input} of this operand needs. */
export const slotFor = (operand: Operand | undefined, length: number): number =>
  operand?.pointer === 0 ? 4 * length : 0;

/** Where the result goes: a fresh tensor, or the caller's `out`. */
export class Output {
  /** What the operation returns. */
  readonly value: Tensor | Resident;
  readonly operand: Operand;
  readonly #engine: Engine;

  constructor(engine: Engine, value: Tensor | Resident, operand: Operand) {
    this.#engine = engine;
    this.value = value;
    this.operand = operand;
  }

  /** Where a kernel is to write entries from `offset` on: in place if the result is in the memory, else into the slot. */
  at(offset: number, slot: number): number {
    return this.operand.pointer === 0 ? slot : this.operand.pointer + 4 * offset;
  }

  /** Takes `length` entries from the slot to their place from `offset` on; nothing to do if they are there already. */
  store(offset: number, length: number, slot: number): void {
    if (this.operand.pointer !== 0) return;
    this.operand.entries(offset, length).set(this.#engine.heap.floats.subarray(slot / 4, slot / 4 + length));
  }
}

/** The checked `out` option, and the shape that it or a fresh result has. */
export interface OutputPlan {
  shape: number[];
  given?: { value: Tensor | Resident; operand: Operand };
}

/**
 * Checks the `out` option: a tensor or resident of exactly the result's shape (TYPE, SHAPE, DISPOSED) that shares no byte
 * with an input (VALUE).
 */
export function readOut(
  engine: Engine,
  operation: string,
  value: unknown,
  shape: number[],
  inputs: readonly Span[],
): OutputPlan {
  if (value === undefined) return { shape };
  const operand = readOperand(engine, operation, "out", value);
  requireShape(operation, "out", operand.shape, shape, "like the result");
  const { span } = operand;
  if (inputs.some((input) => overlaps(input, span))) {
    refuse("VALUE", operation, "out", "in the memory of an input", "memory of its own");
  }
  return { shape, given: { value: value as Tensor | Resident, operand } };
}

/** Makes the output: nothing is written yet. MEMORY if a fresh result cannot be had. */
export function makeOutput(engine: Engine, operation: string, plan: OutputPlan): Output {
  if (plan.given) return new Output(engine, plan.given.value, plan.given.operand);
  const data = floatArray(operation, "out", sizeOf(plan.shape));
  return new Output(engine, { data, shape: plan.shape }, new Operand(engine, plan.shape, data));
}
