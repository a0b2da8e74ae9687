import { describe, refuse, refuseMemory, tagOf } from "../errors.js";
import { refuseDisposed, ResidentTensor } from "../resident.js";
import { readTensorLike, type TensorLike } from "../tensor.js";
import { viewBytes } from "../view-bytes.js";

/** The bytes of a file: an ArrayBuffer or a Uint8Array, else TYPE. */
export function readBytes(operation: string, value: unknown): Uint8Array {
  const isOther = ArrayBuffer.isView(value) && tagOf(value) !== "Uint8Array";
  const bytes = isOther ? undefined : viewBytes(value);
  if (bytes === undefined) refuse("TYPE", operation, "bytes", describe(value), "an ArrayBuffer or a Uint8Array");
  return bytes;
}

/** Throws VALUE: the file is broken. */
export function refuseFile(operation: string, actual: string, expected: string): never {
  refuse("VALUE", operation, "bytes", actual, expected, "the content of bytes");
}

/** A tensor or resident to be written. */
export function readWritable(operation: string, argument: string, value: unknown): TensorLike {
  if (!(value instanceof ResidentTensor)) return readTensorLike(operation, argument, value);
  if (value.pointer === 0) refuseDisposed(operation, argument);
  return { data: value.view, shape: value.shape };
}

/** Room for a file; MEMORY if there is none. */
export function makeBytes(operation: string, argument: string, length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    refuseMemory(operation, argument, length, cause);
  }
}
