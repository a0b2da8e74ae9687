import type { AttentionOptions, Lab, Mask, Resident, Scale, Tensor, TensorLike, Window } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";
import { attentionTwin, type TwinOptions } from "./twin/attention.js";

const SIZES = [0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65];

/** One random call: what attnlab gets, and the same in the twin's terms. */
interface Draw {
  q: Tensor;
  k: Tensor;
  v: Tensor;
  options: AttentionOptions;
  twin: TwinOptions;
}

function drawScale(random: () => number, d: number, nK: number): [Scale | undefined, (n: number) => number] {
  const root = Math.sqrt(d);
  const base = 2 + random() * 100;
  const n = randomInt(random, 1, 300);
  return pick<[Scale | undefined, (n: number) => number]>(random, [
    [undefined, () => 1 / root],
    ["sqrt", () => 1 / root],
    [0.3, () => 0.3],
    [-0.2, () => -0.2],
    [0, () => 0],
    ["entropy", (seen) => Math.log(seen) / (Math.log(512) * root)],
    [{ kind: "sqrt" }, () => 1 / root],
    [{ kind: "log" }, (seen) => Math.log(seen) / root],
    [{ kind: "log", n: "visible" }, (seen) => Math.log(seen) / root],
    [{ kind: "entropy", base }, (seen) => Math.log(seen) / Math.log(base) / root],
    [{ kind: "entropy", kappa: 1.7 }, (seen) => (1.7 * Math.log(seen)) / d],
    [{ kind: "entropy", n }, () => Math.log(n) / (Math.log(512) * root)],
    [{ kind: "log", n: "global" }, () => Math.log(nK) / root],
  ]);
}

function drawMask(
  random: () => number,
  leading: readonly number[],
  nK: number,
): [Mask, TwinOptions["mask"]] | undefined {
  const form = randomInt(random, 0, 4);
  if (form === 0) return undefined;
  const full = leading.reduce((product, size) => product * size, 1) * nK;
  const bytes = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => (random() < 0.7 ? randomInt(random, 1, 255) : 0));
  if (form === 1) {
    const data = bytes(nK);
    return [data, { data, shape: [nK] }];
  }
  if (form === 2) {
    const data = bytes(full);
    return [Array.from(data, (byte) => byte !== 0), { data, shape: [...leading, nK] }];
  }
  const shape = form === 3 ? [nK] : [...leading.map((size) => (random() < 0.5 ? 1 : size)), nK];
  const data = bytes(shape.reduce((product, size) => product * size, 1));
  return [
    { data: random() < 0.5 ? data : Array.from(data, (byte) => byte !== 0), shape },
    { data, shape },
  ];
}

function draw(seed: number): Draw {
  const random = makeRandom(seed);
  const leading = pick(random, [[], [1], [3], [2, 4], [0], [2, 1, 3]]);
  const [nQ, nK, dV] = [pick(random, SIZES), pick(random, SIZES), pick(random, SIZES)];
  const d = pick(random, SIZES.slice(1));
  const heads = leading[leading.length - 1] ?? 1;
  const group =
    leading.length > 0 && random() < 0.3
      ? pick(
          random,
          [1, 2, 3, 4].filter((size) => heads % size === 0),
        )
      : 1;
  const keyLeading = leading.length > 0 ? [...leading.slice(0, -1), heads / group] : [];
  const q = randomTensor(random, [...leading, nQ, d]);
  const k = randomTensor(random, [...keyLeading, nK, d]);
  const v = randomTensor(random, [...keyLeading, nK, dV]);

  const [scale, twinScale] = drawScale(random, d, nK);
  const options: AttentionOptions = { scale };
  const twin: TwinOptions = { scale: twinScale, group };
  if (group > 1 || random() < 0.2) options.groupedHeads = true;
  if (random() < 0.4) options.causal = twin.causal = true;
  if (random() < 0.3) {
    const [left, right] = [randomInt(random, 0, 20), randomInt(random, 0, 20)];
    const window: Window = random() < 0.5 ? left : [left, right];
    options.window = window;
    twin.window = typeof window === "number" ? [left, left] : window;
  }
  const mask = drawMask(random, leading, nK);
  if (mask) [options.mask, twin.mask] = [mask[0], mask[1]] as [Mask, NonNullable<TwinOptions["mask"]>];
  if (random() < 0.4) {
    const outer = random() < 0.5 ? [] : leading.map((size) => (random() < 0.5 ? 1 : size));
    const shape = [...outer, random() < 0.3 ? 1 : nQ, random() < 0.3 ? 1 : nK];
    const bias = randomTensor(random, shape);
    bias.data.forEach((_, i) => {
      if (random() < 0.1) bias.data[i] = -Infinity;
    });
    options.bias = twin.bias = bias;
  }
  return { q, k, v, options, twin };
}

describeBoth("attention and attentionWeights agree with the formula in double", (lab) => {
  test.each(Array.from({ length: 150 }, (_, seed) => seed))("random call %i", (seed) => {
    const { q, k, v, options, twin } = draw(seed);
    const expected = attentionTwin(q, k, v, twin);
    const before = [q, k, v].map(({ data }) => data.slice());

    const output = lab.attention(q, k, v, options);
    expect(output.shape).toEqual([...q.shape.slice(0, -1), ...v.shape.slice(-1)]);
    expectClose(output.data, expected.output, 3e-6);
    expect(output.data.buffer.byteLength).toBe(output.data.byteLength);

    const weights = lab.attentionWeights(q, k, options);
    expect(weights.shape).toEqual([...q.shape.slice(0, -1), ...k.shape.slice(-2, -1)]);
    expectClose(weights.data, expected.weights, 3e-6);
    expected.weights.forEach((weight, i) => {
      if (weight === 0) expect(weights.data[i]).toBe(0);
    });

    [q, k, v].forEach(({ data }, i) => expectSameBits(data, before[i] ?? new Float32Array()));
    expectSameBits(lab.attention(q, k, v, options).data, output.data);
  });
});

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

describeBoth("sizes of 0", (lab: Lab) => {
  const empty = (...shape: number[]): Tensor => ({ data: new Float32Array(0), shape });
  const zeros = (...shape: number[]): Tensor => ({
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    shape,
  });

  test("are legal everywhere but in d", () => {
    expect(lab.attention(empty(0, 4), zeros(3, 4), zeros(3, 2))).toEqual(empty(0, 2));
    expect(lab.attention(zeros(3, 4), empty(0, 4), empty(0, 2))).toEqual(zeros(3, 2));
    expect(lab.attention(zeros(3, 4), zeros(5, 4), empty(5, 0))).toEqual(empty(3, 0));
    expect(lab.attention(empty(0, 2, 3, 4), empty(0, 2, 5, 4), empty(0, 2, 5, 1))).toEqual(empty(0, 2, 3, 1));
    expect(lab.attention(empty(2, 0, 3, 4), empty(2, 0, 5, 4), empty(2, 0, 5, 1))).toEqual(empty(2, 0, 3, 1));
    expect(lab.attentionWeights(zeros(3, 4), empty(0, 4))).toEqual(empty(3, 0));
    expect(lab.attentionWeights(empty(0, 4), zeros(3, 4))).toEqual(empty(0, 3));
    expect(lab.attention(empty(0, 2 ** 40), empty(0, 2 ** 40), empty(0, 2 ** 40))).toEqual(empty(0, 2 ** 40));
  });

  test("without keys every option is accepted and the result is zeros", () => {
    const out = lab.attention(zeros(2, 3, 4), empty(2, 0, 4), empty(2, 0, 2), {
      scale: { kind: "entropy", n: "global" },
      causal: true,
      window: 1,
      mask: new Uint8Array(0),
      bias: empty(3, 0),
      out: { data: new Float32Array(12).fill(9), shape: [2, 3, 2] },
    });
    expect(out).toEqual(zeros(2, 3, 2));
    const bias = { bias: empty(1, 1, 0), mask: { data: new Uint8Array(0), shape: [1, 0] } };
    expect(lab.attention(zeros(2, 3, 4), empty(2, 0, 4), empty(2, 0, 2), bias)).toEqual(zeros(2, 3, 2));
  });
});

describeBoth("what attention refuses", (lab: Lab) => {
  const make = (...shape: number[]): Tensor => ({
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    shape,
  });
  const [q, k, v] = [make(2, 3, 5, 4), make(2, 3, 6, 4), make(2, 3, 6, 7)];
  const attention = lab.attention as (...args: unknown[]) => Tensor;
  const weights = lab.attentionWeights as (...args: unknown[]) => Tensor;

  const positional: [name: string, args: unknown[], code: Expected["code"], argument: string, message?: RegExp][] = [
    ["q of rank 1", [make(4), k, v], "SHAPE", "q"],
    ["q of rank 0", [make(), k, v], "SHAPE", "q"],
    ["d = 0", [make(2, 3, 5, 0), make(2, 3, 6, 0), v], "SHAPE", "q"],
    ["k of another rank", [q, make(3, 6, 4), v], "SHAPE", "k"],
    ["k with another d", [q, make(2, 3, 6, 5), v], "SHAPE", "k", /\[2,3,6,5\].*\[2,3,n,4\] to match q/],
    ["k with other heads", [q, make(2, 1, 6, 4), v], "SHAPE", "k"],
    ["k with another batch", [q, make(1, 3, 6, 4), v], "SHAPE", "k"],
    ["v with another n", [q, k, make(2, 3, 5, 7)], "SHAPE", "v", /\[2,3,6,d_v\] to match k/],
    ["v with other heads", [q, k, make(2, 1, 6, 7)], "SHAPE", "v"],
    ["v of another rank", [q, k, make(6, 7)], "SHAPE", "v"],
    ["v of rank 0", [q, k, make()], "SHAPE", "v"],
    ["a missing q", [undefined, k, v], "TYPE", "q"],
    ["a missing v", [q, k], "TYPE", "v"],
    ["k = null", [q, null, v], "TYPE", "k"],
    ["several faults: the first argument is named", [make(4), null, 3, 5], "SHAPE", "q"],
    ["several faults: k before v and options", [q, null, 3, { scal: 1 }], "TYPE", "k"],
    ["several faults: v before options", [q, k, 3, 5], "TYPE", "v"],
    ["several faults: options before their members", [q, k, v, [{ scale: "x" }]], "TYPE", "options"],
    ["several faults: an unknown key before a known one", [q, k, v, { scale: "x", scal: 1 }], "VALUE", "scal"],
  ];
  test.each(positional)("%s", (_, args, code, argument, message) => {
    expectRefusal(() => attention(...args), { code, operation: "attention", argument, ...(message && { message }) });
  });

  const grouped: [name: string, k: Tensor, v: Tensor, argument: string][] = [
    ["key heads that do not divide", make(2, 2, 6, 4), make(2, 2, 6, 7), "k"],
    ["more key heads", make(2, 6, 6, 4), make(2, 6, 6, 7), "k"],
    ["no key heads", make(2, 0, 6, 4), make(2, 0, 6, 7), "k"],
    ["another batch", make(1, 3, 6, 4), make(1, 3, 6, 7), "k"],
    ["values with other heads than the keys", make(2, 1, 6, 4), make(2, 3, 6, 7), "v"],
  ];
  test.each(grouped)("grouped heads: %s", (_, keys, values, argument) => {
    const options = { groupedHeads: true };
    expectRefusal(() => attention(q, keys, values, options), { code: "SHAPE", operation: "attention", argument });
  });

  const options: [name: string, options: unknown, code: Expected["code"], argument: string][] = [
    ["null", null, "TYPE", "options"],
    ["a number", 5, "TYPE", "options"],
    ["a function", () => 1, "TYPE", "options"],
    ["true", true, "TYPE", "options"],
    ["a typed array", new Uint8Array(6), "TYPE", "options"],
    ["a misspelt key", { casual: true }, "VALUE", "casual"],
    ["a key of another operation", { temperature: 1 }, "VALUE", "temperature"],
    ["a tensor in their place", make(2), "VALUE", "data"],
    ["scale: NaN", { scale: NaN }, "RANGE", "scale"],
    ["scale: Infinity", { scale: Infinity }, "RANGE", "scale"],
    ["scale: a string outside its list", { scale: "log" }, "VALUE", "scale"],
    ["scale: null", { scale: null }, "TYPE", "scale"],
    ["scale: true", { scale: true }, "TYPE", "scale"],
    ["scale: a bigint", { scale: 1n }, "TYPE", "scale"],
    ["scale: an array", { scale: [1] }, "TYPE", "scale"],
    ["scale: no kind", { scale: {} }, "TYPE", "scale"],
    ["scale: an unknown kind", { scale: { kind: "cosine" } }, "VALUE", "scale"],
    ["scale: an unknown key", { scale: { kind: "sqrt", bas: 2 } }, "VALUE", "bas"],
    ["scale: base 1", { scale: { kind: "entropy", base: 1 } }, "RANGE", "scale"],
    ["scale: base null", { scale: { kind: "entropy", base: null } }, "TYPE", "scale"],
    ["scale: base with log", { scale: { kind: "log", base: 2 } }, "VALUE", "scale"],
    ["scale: base and kappa", { scale: { kind: "entropy", base: 2, kappa: 1 } }, "VALUE", "scale"],
    ["scale: kappa with sqrt", { scale: { kind: "sqrt", kappa: 1 } }, "VALUE", "scale"],
    ["scale: kappa NaN", { scale: { kind: "entropy", kappa: NaN } }, "RANGE", "scale"],
    ["scale: n 0", { scale: { kind: "entropy", n: 0 } }, "RANGE", "scale"],
    ["scale: n outside its list", { scale: { kind: "entropy", n: "all" } }, "VALUE", "scale"],
    ["scale: n null", { scale: { kind: "entropy", n: null } }, "TYPE", "scale"],
    ["causal: 1", { causal: 1 }, "TYPE", "causal"],
    ["causal: a string", { causal: "yes" }, "TYPE", "causal"],
    ["causal: null", { causal: null }, "TYPE", "causal"],
    ["window: negative", { window: -1 }, "RANGE", "window"],
    ["window: fractional", { window: 1.5 }, "RANGE", "window"],
    ["window: NaN", { window: NaN }, "RANGE", "window"],
    ["window: infinite", { window: Infinity }, "RANGE", "window"],
    ["window: a string", { window: "3" }, "TYPE", "window"],
    ["window: null", { window: null }, "TYPE", "window"],
    ["window: a negative side", { window: [0, -1] }, "RANGE", "window"],
    ["window: a fractional side", { window: [0.5, 1] }, "RANGE", "window"],
    ["window: a side that is no number", { window: [1, "1"] }, "TYPE", "window"],
    ["window: one side", { window: [1] }, "SHAPE", "window"],
    ["window: three sides", { window: [1, 2, 3] }, "SHAPE", "window"],
    ["mask: null", { mask: null }, "TYPE", "mask"],
    ["mask: true", { mask: true }, "TYPE", "mask"],
    ["mask: numbers", { mask: [1, 0, 1, 0, 1, 0] }, "TYPE", "mask"],
    ["mask: a hole", { mask: new Array(6) }, "TYPE", "mask"],
    ["mask: a Float32Array", { mask: new Float32Array(6) }, "TYPE", "mask"],
    ["mask: signed bytes", { mask: new Int8Array(6) }, "TYPE", "mask"],
    ["mask: clamped bytes", { mask: new Uint8ClampedArray(6) }, "TYPE", "mask"],
    ["mask: a tensor", { mask: make(6) }, "TYPE", "mask"],
    ["mask: no shape", { mask: { data: new Uint8Array(6) } }, "TYPE", "mask"],
    ["mask: no data", { mask: { shape: [6] } }, "TYPE", "mask"],
    ["mask: too short", { mask: new Uint8Array(5) }, "SHAPE", "mask"],
    ["mask: one entry per batch item and key", { mask: new Uint8Array(12) }, "SHAPE", "mask"],
    ["mask: empty", { mask: [] }, "SHAPE", "mask"],
    ["mask: data that do not fill the shape", { mask: { data: new Uint8Array(5), shape: [6] } }, "SHAPE", "mask"],
    ["mask: [batch, n_k]", { mask: { data: new Uint8Array(12), shape: [2, 6] } }, "SHAPE", "mask"],
    ["mask: [heads, n_k]", { mask: { data: new Uint8Array(18), shape: [3, 6] } }, "SHAPE", "mask"],
    ["mask: a rank too many", { mask: { data: new Uint8Array(36), shape: [1, 2, 3, 6] } }, "SHAPE", "mask"],
    ["mask: one entry for all keys", { mask: { data: new Uint8Array(6), shape: [2, 3, 1] } }, "SHAPE", "mask"],
    ["mask: other heads", { mask: { data: new Uint8Array(24), shape: [2, 2, 6] } }, "SHAPE", "mask"],
    ["mask: rank 0", { mask: { data: new Uint8Array(1), shape: [] } }, "SHAPE", "mask"],
    ["mask: negative sizes", { mask: { data: new Uint8Array(6), shape: [-6] } }, "SHAPE", "mask"],
    ["bias: null", { bias: null }, "TYPE", "bias"],
    ["bias: an array", { bias: [[1]] }, "TYPE", "bias"],
    ["bias: rank 1", { bias: make(6) }, "SHAPE", "bias"],
    ["bias: rank 3 for rank 4", { bias: make(3, 5, 6) }, "SHAPE", "bias"],
    ["bias: other keys", { bias: make(5, 5) }, "SHAPE", "bias"],
    ["bias: other queries", { bias: make(6, 6) }, "SHAPE", "bias"],
    ["bias: other heads", { bias: make(2, 2, 5, 6) }, "SHAPE", "bias"],
    ["groupedHeads: 1", { groupedHeads: 1 }, "TYPE", "groupedHeads"],
    ["groupedHeads: null", { groupedHeads: null }, "TYPE", "groupedHeads"],
    ["out: null", { out: null }, "TYPE", "out"],
    ["out: of a smaller rank", { out: make(6, 5, 7) }, "SHAPE", "out"],
    ["two faults: scale before causal", { causal: 1, scale: "x" }, "VALUE", "scale"],
    ["two faults: causal before window", { window: -1, causal: 1 }, "TYPE", "causal"],
    ["two faults: window before mask", { mask: 1, window: -1 }, "RANGE", "window"],
    ["two faults: mask before bias", { bias: 1, mask: [] }, "SHAPE", "mask"],
    ["two faults: bias before out", { out: 1, bias: make(3) }, "SHAPE", "bias"],
  ];
  test.each(options)("options: %s", (_, given, code, argument) => {
    const before = lab.memory();
    expectRefusal(() => attention(q, k, v, given), { code, operation: "attention", argument });
    expectRefusal(() => weights(q, k, given), { code, operation: "attentionWeights", argument });
    expect(lab.memory()).toEqual(before);
  });

  test("undefined counts as absent", () => {
    const absent = { scale: undefined, causal: undefined, window: undefined, mask: undefined, bias: undefined };
    const all = { ...absent, groupedHeads: undefined, out: undefined, unknown: undefined };
    expectSameBits(attention(q, k, v, all).data, lab.attention(q, k, v).data);
    expectSameBits(attention(q, k, v, undefined).data, lab.attention(q, k, v).data);
    expect(attention(q, k, v, { scale: { kind: "entropy", base: undefined, kappa: 2, n: undefined } }).shape).toEqual([
      2, 3, 5, 7,
    ]);
  });

  test("options may be any object, and are read once", () => {
    let reads = 0;
    class Options {
      get scale(): number {
        reads++;
        return 1;
      }
    }
    const own = Object.create(null) as Record<string, unknown>;
    own.causal = true;
    expect(attention(q, k, v, own).shape).toEqual([2, 3, 5, 7]);
    expect(attention(q, k, v, Object.freeze({ window: Object.freeze([1, 1]) })).shape).toEqual([2, 3, 5, 7]);
    attention(q, k, v, new Options());
    expect(reads).toBe(1);
  });

  test("a refused call writes nothing to out", () => {
    const out = { data: new Float32Array(210).fill(7), shape: [2, 3, 5, 7] };
    const held: Resident = lab.resident(out);
    try {
      expectRefusal(() => attention(q, k, v, { out, extra: 1 }), {
        code: "VALUE",
        operation: "attention",
        argument: "extra",
      });
      expectRefusal(() => attention(q, k, v, { out: held, bias: make(1) }), {
        code: "SHAPE",
        operation: "attention",
        argument: "bias",
      });
      expect([...out.data, ...held.view].every((value) => value === 7)).toBe(true);
    } finally {
      held.dispose();
    }
  });
});

describe("forms of bias", () => {
  describeBoth("bias", (lab: Lab) => {
    test("every axis may be 1", () => {
      const random = makeRandom(17);
      const [q, k, v] = [
        randomTensor(random, [2, 3, 5, 4]),
        randomTensor(random, [2, 3, 6, 4]),
        randomTensor(random, [2, 3, 6, 7]),
      ];
      for (const shape of [
        [5, 6],
        [1, 6],
        [5, 1],
        [1, 1],
        [2, 3, 5, 6],
        [1, 3, 5, 6],
        [2, 1, 1, 6],
        [1, 1, 5, 1],
        [1, 1, 1, 1],
      ]) {
        const bias = randomTensor(random, shape);
        const { output, weights } = attentionTwin(q, k, v, { bias });
        expectClose(lab.attention(q, k, v, { bias }).data, output, 2e-6);
        expectClose(lab.attentionWeights(q, k, { bias }).data, weights, 2e-6);
      }
    });
  });
});
