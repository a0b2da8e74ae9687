import type { MainModule } from "../../build/wasm-simd/attnlab.js";

/** The kernels as Embind binds them; pointers are byte offsets in the WebAssembly memory. */
export type Kernels = MainModule;

/**
 * Blocks are aligned to what a SIMD load likes best. The allocator promises 16 bytes; the slots of a staging block keep
 * to it.
 */
const ALIGNMENT = 16;

/** Bytes of a slot in the staging block. */
export const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** No block can be larger than the largest memory the kernels are built for. */
const LARGEST_BLOCK = 2 ** 31;

/** The WebAssembly memory of one instance: typed views that survive growth, blocks, and the staging block. */
export class Heap {
  /** The block for the inputs, outputs and scratch of one call, kept from call to call; 0 before the first. Only read it. */
  staging = 0;
  stagingBytes = 0;
  readonly #kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  #buffer!: ArrayBuffer;
  #floats = new Float32Array(0);

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#memory = kernels.wasmMemory as WebAssembly.Memory;
  }

  /** The whole memory as float32. Growth leaves earlier views empty: never keep one across an allocation. */
  get floats(): Float32Array<ArrayBuffer> {
    this.#refresh();
    return this.#floats;
  }

  /** The whole memory as bytes; see {@link floats}. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.buffer);
  }

  /** The present buffer of the memory; another one after growth. */
  get buffer(): ArrayBuffer {
    this.#refresh();
    return this.#buffer;
  }

  // To see that a view has become empty takes less time than to ask the memory for its buffer.
  #refresh(): void {
    if (this.#floats.length > 0) return;
    this.#buffer = this.#memory.buffer;
    this.#floats = new Float32Array(this.#buffer);
  }

  /** Size of the memory in bytes. It never shrinks. */
  get size(): number {
    return this.#kernels.heapBytes();
  }

  /** A block of its own, or 0 if it cannot be had; then nothing has changed. */
  allocate(bytes: number): number {
    return bytes < LARGEST_BLOCK ? this.#kernels.allocate(bytes) : 0;
  }

  release(pointer: number): void {
    this.#kernels.release(pointer);
  }

  /** Sees to a staging block of so many bytes, what it held is lost; false if it cannot be had, and nothing has changed. */
  reserve(bytes: number): boolean {
    if (this.staging !== 0 && bytes <= this.stagingBytes) return true;
    // The old block is given back first: nothing in it is needed, and the new one may take its place.
    const before = this.stagingBytes;
    this.release(this.staging);
    // There is none now, also if nothing else comes to its end: JavaScript's stack may overflow in any call.
    this.staging = 0;
    this.stagingBytes = 0;
    for (const size of [bytes, before]) {
      this.staging = this.allocate(size);
      if (this.staging === 0) continue;
      this.stagingBytes = size;
      return size === bytes;
    }
    return false;
  }
}
