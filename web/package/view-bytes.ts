const isBuffer = (value: unknown): value is ArrayBuffer =>
  Object.prototype.toString.call(value) === "[object ArrayBuffer]";

/**
 * The bytes of an ArrayBuffer or of a view of one, not copied; `undefined` for anything else, also where the buffer is
 * detached.
 *
 * @internal
 */
export function viewBytes(value: unknown): Uint8Array | undefined {
  try {
    // To build a view is the one test for a detached buffer that every engine has: it throws.
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return isBuffer(value) ? new Uint8Array(value) : undefined;
  } catch {
    return undefined;
  }
}
