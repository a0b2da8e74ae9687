import { expect } from "vitest";

/**
 * Expects entries to agree: equal where one is NaN or infinite, else within `tolerance * max(1, |expected|)`. Says where
 * they differ most.
 */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 5e-6): void {
  expect(actual.length).toBe(expected.length);
  let worst = { excess: 0, text: "" };
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i] ?? NaN, expected[i] ?? NaN];
    const bound = tolerance * Math.max(1, Math.abs(b));
    const excess = Object.is(a, b) || a === b ? 0 : Number.isFinite(b) ? Math.abs(a - b) / bound : Infinity;
    if (!(excess <= worst.excess)) worst = { excess, text: `entry ${i} is ${a}, expected ${b}` };
  }
  if (!(worst.excess <= 1)) throw new Error(worst.text);
}

/** Expects the same bits. */
export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const bits = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  expect(Buffer.compare(bits(actual), bits(expected)), "bits differ").toBe(0);
}
