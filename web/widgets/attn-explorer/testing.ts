// Data for the unit tests of this folder; no part of the widget.

import type { AttentionData } from "./data/attention-data.js";

/** Numbers that look random and are the same everywhere. */
export function numbers(count: number, seed: number, size = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state / 2 ** 31) * size;
  });
}

export function someData(sizes: Partial<AttentionData> = {}): AttentionData {
  const { heads = 2, keyHeads = heads, nQ = 5, nK = 5, d = 4 } = sizes;
  return {
    name: "test",
    layer: 2,
    heads,
    keyHeads,
    nQ,
    nK,
    d,
    dV: d,
    q: numbers(heads * nQ * d, 1, 3),
    k: numbers(keyHeads * nK * d, 2, 3),
    v: undefined,
    queryTokens: undefined,
    keyTokens: undefined,
    origin: undefined,
    ...sizes,
  };
}
