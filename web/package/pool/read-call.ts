import { refuse } from "../errors.js";
import { isOptionsObject } from "../options.js";
import { ResidentTensor } from "../resident.js";
import type { Tensor } from "../tensor.js";

/** A resident or a tensor, not options. */
export const isTensor = (value: unknown): value is Tensor =>
  value instanceof ResidentTensor || (isOptionsObject(value) && "data" in value);

export const isOptions = (value: unknown): value is Record<string, unknown> =>
  isOptionsObject(value) && !isTensor(value);

/** Tensors by their names. */
export const byName = (value: unknown): Record<string, Tensor | undefined> =>
  isTensor(value) ? { "": value } : ((value ?? {}) as Record<string, Tensor>);

/** The entries of a tensor, where they are now: those of a resident move when the memory grows. */
export const entriesOf = (tensor: Tensor): Float32Array =>
  tensor instanceof ResidentTensor ? tensor.view : tensor.data;

/**
 * Stands for options, and keeps what is asked of them: by name, as a lab reads them, whether or not a loop would see
 * it, and once.
 */
export function recorded(options: object): Record<string, unknown> {
  const own: Record<string, unknown> = { ...options };
  return new Proxy(own, {
    get(_, key: keyof typeof options) {
      const value = own[key] ?? options[key];
      return (own[key] = isOptions(value) ? recorded(value) : value);
    },
  });
}

/** Copies inputs for other threads; MEMORY if there is no room for the copies. */
export function copying<T>(operation: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    refuse("MEMORY", operation, "threads", "copies", "room for them", "threads", "need", cause);
  }
}

/** A deep copy: residents become tensors, typed arrays own their buffers. */
export function copyOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Uint8Array.prototype.slice.call(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isOptionsObject(value)) return value;
  const own = isTensor(value) ? { data: entriesOf(value), shape: value.shape } : value;
  return Object.fromEntries(Object.entries(own).map(([key, entry]) => [key, copyOf(entry)]));
}
