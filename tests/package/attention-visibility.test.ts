/** Which keys a query sees, and that nothing reaches it of the others. */
import type { AttentionOptions, Lab, Tensor, TensorLike } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomInt, randomTensor } from "./support/random.js";

describeBoth("visibility", (lab: Lab) => {
  const random = makeRandom(41);

  /** Which keys each query sees, as rows of 0 and 1. */
  function seen(nQ: number, nK: number, options: AttentionOptions): string[] {
    const q = lab.tensor(new Float32Array(nQ * 2), [nQ, 2]);
    const k = lab.tensor(new Float32Array(nK * 2), [nK, 2]);
    const { data } = lab.attentionWeights(q, k, options);
    return Array.from({ length: nQ }, (_, i) =>
      Array.from(data.subarray(i * nK, (i + 1) * nK), (weight) => (weight > 0 ? "1" : "0")).join(""),
    );
  }

  test("causal aligns the last query with the last key", () => {
    expect(seen(3, 3, { causal: true })).toEqual(["100", "110", "111"]);
    expect(seen(2, 4, { causal: true })).toEqual(["1110", "1111"]);
    expect(seen(4, 2, { causal: true })).toEqual(["00", "00", "10", "11"]);
    expect(seen(3, 3, { causal: false })).toEqual(["111", "111", "111"]);
  });

  test("window is symmetric, or left and right, and combines with causal", () => {
    expect(seen(4, 4, { window: 0 })).toEqual(["1000", "0100", "0010", "0001"]);
    expect(seen(4, 4, { window: 1 })).toEqual(["1100", "1110", "0111", "0011"]);
    expect(seen(4, 4, { window: 1, causal: true })).toEqual(["1000", "1100", "0110", "0011"]);
    expect(seen(4, 4, { window: [2, 0] })).toEqual(["1000", "1100", "1110", "0111"]);
    expect(seen(4, 4, { window: [0, 2] })).toEqual(["1110", "0111", "0011", "0001"]);
    expect(seen(4, 4, { window: [0, 2], causal: true })).toEqual(["1000", "0100", "0010", "0001"]);
    expect(seen(2, 4, { window: 1 })).toEqual(["0111", "0011"]);
    expect(seen(4, 2, { window: 1 })).toEqual(["00", "10", "11", "11"]);
    expect(seen(2, 2, { window: 2 ** 40 })).toEqual(["11", "11"]);
    expect(seen(2, 2, { window: [Number.MAX_SAFE_INTEGER, 2 ** 32] })).toEqual(["11", "11"]);
  });

  test("every nonzero byte is visible", () => {
    expect(seen(1, 4, { mask: new Uint8Array([0, 1, 2, 255]) })).toEqual(["0111"]);
    expect(seen(1, 3, { mask: [true, false, true] })).toEqual(["101"]);
    expect(seen(1, 3, { mask: Buffer.from([1, 0, 1]) })).toEqual(["101"]);
  });

  test("a mask may be a part of a buffer, or of our own memory", () => {
    const bytes = new Uint8Array([9, 1, 0, 1, 9]);
    expect(seen(1, 3, { mask: bytes.subarray(1, 4) })).toEqual(["101"]);
    const held = lab.resident([1]);
    try {
      const own = new Uint8Array(held.view.buffer, held.view.byteOffset, 3);
      own.set([0, 1, 1]);
      const size = Math.ceil(lab.memory().bytes / 8);
      expect(seen(1, 3, { mask: own })).toEqual(["011"]);
      const mask = new Uint8Array(held.view.buffer, held.view.byteOffset, 1);
      mask[0] = 0;
      const k = { data: new Float32Array(size), shape: [1, size] };
      expect(lab.attention(k, k, k, { mask }).data.every((value) => value === 0)).toBe(true);
    } finally {
      held.dispose();
    }
  });

  test("grouped heads: each key head serves consecutive query heads", () => {
    const q = randomTensor(random, [2, 6, 4, 3]);
    const k = randomTensor(random, [2, 2, 5, 3]);
    const v = randomTensor(random, [2, 2, 5, 4]);
    const repeat = ({ data, shape: [a = 0, , n = 0, d = 0] }: Tensor): Tensor => {
      const length = n * d;
      const copies = Array.from({ length: a * 6 }, (_, i) => {
        const source = Math.floor(i / 3);
        return Array.from(data.subarray(source * length, (source + 1) * length));
      });
      return { data: Float32Array.from(copies.flat()), shape: [a, 6, n, d] };
    };
    const mask = { data: Uint8Array.from({ length: 12 * 5 }, () => randomInt(random, 0, 1)), shape: [2, 6, 5] };
    const options = { causal: true, mask };
    const grouped = lab.attention(q, k, v, { ...options, groupedHeads: true });
    expectSameBits(grouped.data, lab.attention(q, repeat(k), repeat(v), options).data);
    const weights = lab.attentionWeights(q, k, { ...options, groupedHeads: true });
    expectSameBits(weights.data, lab.attentionWeights(q, repeat(k), options).data);
  });
});

describeBoth("what is hidden and what is not a number", (lab: Lab) => {
  const random = makeRandom(5);
  const n = 37;
  const [q, k, v] = [randomTensor(random, [n, 8]), randomTensor(random, [n, 8]), randomTensor(random, [n, 6])];
  const clean = (options: AttentionOptions): Tensor => lab.attention(q, k, v, options);
  const changed = (x: Tensor, index: number, value: number): Tensor => {
    const data = x.data.slice();
    data[index] = value;
    return { data, shape: x.shape };
  };
  const row = (x: TensorLike, i: number): number[] => {
    const width = x.shape[1] ?? 0;
    return Array.from(x.data.subarray(i * width, (i + 1) * width));
  };
  const mask = new Uint8Array(n).fill(1);
  mask[20] = 0;

  test.each([NaN, Infinity, -Infinity])("%d in a hidden k or v contributes nothing", (bad) => {
    expectSameBits(lab.attention(q, changed(k, 20 * 8 + 3, bad), v, { mask }).data, clean({ mask }).data);
    expectSameBits(lab.attention(q, k, changed(v, 20 * 6 + 3, bad), { mask }).data, clean({ mask }).data);
    expectSameBits(
      lab.attentionWeights(q, changed(k, 20 * 8 + 3, bad), { mask }).data,
      lab.attentionWeights(q, k, { mask }).data,
    );
    const causal = lab.attention(q, changed(k, 20 * 8, bad), changed(v, 20 * 6, bad), { causal: true });
    for (let i = 0; i < 20; i++) expectClose(row(causal, i), row(clean({ causal: true }), i), 1e-6);
    const window = lab.attention(q, changed(k, 20 * 8, bad), v, { window: 2 });
    for (const i of [0, 17, 23, 36]) expectClose(row(window, i), row(clean({ window: 2 }), i), 1e-6);
  });

  test("a bias of -Infinity hides even NaN", () => {
    const bias = lab.tensor(new Float32Array(n), [1, n]);
    bias.data[20] = -Infinity;
    expectClose(lab.attention(q, k, changed(v, 20 * 6, NaN), { bias }).data, clean({ bias }).data, 1e-6);
  });

  test("NaN in q spoils its row and no other", () => {
    const result = lab.attention(changed(q, 5 * 8 + 1, NaN), k, v);
    expect(row(result, 5).every(Number.isNaN)).toBe(true);
    for (const i of [0, 4, 6, 36]) expectClose(row(result, i), row(clean({}), i), 1e-6);
  });

  test("NaN in a visible k spoils every row that sees it", () => {
    const result = lab.attention(q, changed(k, 20 * 8, NaN), v, { causal: true });
    for (let i = 0; i < n; i++) expect(row(result, i).every(Number.isNaN)).toBe(i >= 20);
  });

  test.each([NaN, Infinity])("%d in a visible v spoils its column in the rows that see it", (bad) => {
    const result = lab.attention(q, k, changed(v, 20 * 6 + 2, bad), { causal: true });
    for (let i = 0; i < n; i++) {
      const entries = row(result, i);
      const expected = row(clean({ causal: true }), i);
      if (i >= 20) {
        expect(Number.isFinite(entries[2])).toBe(false);
        entries[2] = expected[2] = 0;
      }
      expectClose(entries, expected, 1e-6);
    }
  });

  test("rows that see nothing are exactly 0, in the weights too", () => {
    const zeros = (x: Tensor): boolean => x.data.every((value) => Object.is(value, 0));
    const nothing = new Uint8Array(n);
    const hidingBias = lab.tensor(new Float32Array(n).fill(-Infinity), [1, n]);
    for (const options of [{ mask: nothing }, { bias: hidingBias }, { mask: nothing, scale: "entropy" as const }]) {
      expect(zeros(lab.attention(q, changed(k, 0, NaN), changed(v, 0, NaN), options))).toBe(true);
      expect(zeros(lab.attentionWeights(q, k, options))).toBe(true);
    }
  });

  test("logits far beyond the range of exp are fine", () => {
    for (const scale of [30, -30, 1e4, 1e30]) {
      const result = lab.attentionWeights(q, k, { scale });
      for (let i = 0; i < n; i++) expectClose([row(result, i).reduce((sum, p) => sum + p, 0)], [1], 1e-5);
    }
  });
});
