/** How an element of a file becomes a number that rounds to the right float32. */
export interface ElementType {
  bytes: number;
  read: (view: DataView, at: number, littleEndian: boolean) => number;
}

const float16 = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
const bfloat16 = (bits: number): number => {
  scratch.setUint16(0, bits);
  return scratch.getFloat32(0);
};

/**
 * A whole number of 64 bits, given as two halves, as a double that rounds to the same float32 as the number itself. A double
 * has 53 bits: the lowest 11 are folded into one that says whether any was set, far below where float32 rounds.
 */
const whole64 = (high: number, low: number): number => {
  if (high < 2 ** 21) return high * 2 ** 32 + low;
  const tail = low & 0x7ff;
  const sticky = tail !== 0 && (low & 0x800) === 0 ? 0x800 : 0;
  return high * 2 ** 32 + (low - tail) + sticky;
};

const uint64 = (view: DataView, at: number, littleEndian: boolean): number => {
  const first = view.getUint32(at, littleEndian);
  const second = view.getUint32(at + 4, littleEndian);
  return littleEndian ? whole64(second, first) : whole64(first, second);
};

const int64 = (view: DataView, at: number, littleEndian: boolean): number => {
  const first = view.getUint32(at, littleEndian);
  const second = view.getUint32(at + 4, littleEndian);
  const [high, low] = littleEndian ? [second, first] : [first, second];
  if (high < 2 ** 31) return whole64(high, low);
  // The magnitude of a negative number is its complement plus 1; the carry reaches the upper half when the lower is 0.
  const magnitudeLow = -low >>> 0;
  const magnitudeHigh = (~high >>> 0) + (magnitudeLow === 0 ? 1 : 0);
  return -whole64(magnitudeHigh, magnitudeLow);
};

export const FLOAT16: ElementType = { bytes: 2, read: (view, at, little) => float16(view.getUint16(at, little)) };
export const BFLOAT16: ElementType = { bytes: 2, read: (view, at, little) => bfloat16(view.getUint16(at, little)) };
export const FLOAT32: ElementType = { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) };
export const FLOAT64: ElementType = { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) };
export const INT8: ElementType = { bytes: 1, read: (view, at) => view.getInt8(at) };
export const INT16: ElementType = { bytes: 2, read: (view, at, little) => view.getInt16(at, little) };
export const INT32: ElementType = { bytes: 4, read: (view, at, little) => view.getInt32(at, little) };
export const INT64: ElementType = { bytes: 8, read: int64 };
export const UINT8: ElementType = { bytes: 1, read: (view, at) => view.getUint8(at) };
export const UINT16: ElementType = { bytes: 2, read: (view, at, little) => view.getUint16(at, little) };
export const UINT32: ElementType = { bytes: 4, read: (view, at, little) => view.getUint32(at, little) };
export const UINT64: ElementType = { bytes: 8, read: uint64 };
export const BOOLEAN: ElementType = { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) };

/** Reads the elements of `bytes`, one after the other, into `target`, which rounds each to the nearest float32. */
export function readElements(type: ElementType, bytes: Uint8Array, littleEndian: boolean, target: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < target.length; i++) target[i] = type.read(view, i * type.bytes, littleEndian);
}

/** Writes entries as little-endian float32. */
export function writeFloats(entries: Float32Array, bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < entries.length; i++) view.setFloat32(at + 4 * i, entries[i] ?? 0, true);
}
