import type { Tensor } from "attnlab";

/** A small generator (mulberry32): the same seed gives the same test data everywhere. */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A tensor with entries between -limit and limit. */
export function randomTensor(random: () => number, shape: readonly number[], limit = 2): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { data: Float32Array.from({ length: size }, () => (2 * random() - 1) * limit), shape: [...shape] };
}

/** A whole number from `low` to `high`. */
export const randomInt = (random: () => number, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

export function pick<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
