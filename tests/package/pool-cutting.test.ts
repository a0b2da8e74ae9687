/** What a pool computes of attention is what one thread computes, however a call is cut. */
import { load, type AttentionOptions, type Mask, type SparseAttentionOptions, type Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { variants } from "./support/labs.js";
import { comparePooled } from "./support/pooled.js";
import { openPool, watchWorkers } from "./support/pools.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";

const random = makeRandom(3838);

/** Cuts are made from a certain amount of work on: a few million operations. */
const HEADS = [8, 512, 64];
const ONE_HEAD = [2000, 64];

describe.each(variants)("with the %s build", (variant) => {
  const problems: [name: string, options: AttentionOptions][] = [
    ["plain", {}],
    ["causal", { causal: true }],
    ["a window", { window: 100 }],
    ["a lopsided window", { window: [300, 7] }],
    ["a window to the right", { window: [0, 500] }],
    ["a causal window", { causal: true, window: 77 }],
    ["itself alone", { window: 0 }],
    ["the entropy scale", { causal: true, scale: "entropy" }],
    ["a scale by all keys", { causal: true, scale: { kind: "entropy", n: "global" } }],
    ["a number as scale", { window: 30, scale: 0.3 }],
  ];
  test.each(problems)("%s, many heads and one", async (_, options) => {
    const { tasks } = watchWorkers();
    const pool = await openPool({ variant, threads: 3 });
    for (const shape of [HEADS, ONE_HEAD]) {
      const [q, k, v] = [randomTensor(random, shape), randomTensor(random, shape), randomTensor(random, shape)];
      const before = tasks();
      await comparePooled(pool, "attention", q, k, v, options);
      await comparePooled(pool, "attentionWeights", q, k, options);
      expect(tasks() - before).toBeGreaterThanOrEqual(6);
    }
  });

  test("the same bits, where no tile is cut", async () => {
    const pool = await openPool({ variant, threads: 3 });
    const lab = await load({ variant });
    for (const shape of [HEADS, ONE_HEAD]) {
      const q = randomTensor(random, shape);
      for (const options of [{}, { causal: true }]) {
        expectSameBits((await pool.attention(q, q, q, options)).data, lab.attention(q, q, q, options).data);
      }
    }
  });
});

describe("queries and keys of different numbers", () => {
  test.each([
    [1700, 400],
    [400, 1700],
    [997, 1009],
    [3000, 1],
    [1, 9000],
  ])("%i queries, %i keys", async (nQ, nK) => {
    const pool = await openPool({ threads: 3 });
    const [q, k, v] = [randomTensor(random, [nQ, 64]), randomTensor(random, [nK, 64]), randomTensor(random, [nK, 19])];
    for (const options of [{}, { causal: true }, { window: 64 }, { window: [5, 200] }, { causal: true, window: 3 }]) {
      await comparePooled(pool, "attention", q, k, v, options);
      await comparePooled(pool, "attentionWeights", q, k, options);
    }
  });
});

describe("empty inputs", () => {
  const empty = (...shape: number[]): Tensor => ({ data: new Float32Array(0), shape });

  test("are not cut, however long", async () => {
    const { tasks } = watchWorkers();
    const pool = await openPool();
    const lab = await load({ variant: pool.variant });
    const before = tasks();
    const q = randomTensor(random, [20_000, 4]);
    expect(await pool.attention(q, empty(0, 4), empty(0, 5))).toEqual(lab.attention(q, empty(0, 4), empty(0, 5)));
    expect((await pool.attention(q, q, empty(20_000, 0))).shape).toEqual([20_000, 0]);
    const heads = empty(0, 2 ** 40, 4);
    expect(await pool.attention(heads, heads, heads)).toEqual(heads);
    expect(await pool.softmax(empty(2 ** 40, 0))).toEqual(empty(2 ** 40, 0));
    expect(await pool.logSumExp(empty(3, 0))).toEqual(lab.logSumExp(empty(3, 0)));
    expect(tasks() - before).toBe(5);
  });

  test("of gradients", async () => {
    const pool = await openPool();
    const lab = await load({ variant: pool.variant });
    const [q, k, none] = [randomTensor(random, [3, 50, 4]), randomTensor(random, [3, 60, 4]), empty(3, 0, 4)];
    for (const args of [
      [q, none, none, q],
      [none, k, k, none],
      [q, k, empty(3, 60, 0), empty(3, 50, 0)],
    ] as const) {
      expect(await pool.attentionBackward(...args)).toEqual(lab.attentionBackward(...args));
    }
  });
});

describe("masks and biases", () => {
  const leading = [2, 3];
  const [nQ, nK] = [500, 520];
  const bits = (size: number): Uint8Array => Uint8Array.from({ length: size }, () => (random() < 0.7 ? 1 : 0));
  const masks: [string, Mask][] = [
    ["bytes for all", bits(nK)],
    ["bytes for each", bits(6 * nK)],
    ["booleans", Array.from(bits(nK), Boolean)],
    ["a shape for all", { data: bits(nK), shape: [nK] }],
    ["a shape by batch", { data: bits(2 * nK), shape: [2, 1, nK] }],
    ["a shape by head", { data: Array.from(bits(3 * nK), Boolean), shape: [1, 3, nK] }],
    ["nothing seen", new Uint8Array(nK)],
  ];
  test.each(masks)("mask: %s", async (_, mask) => {
    const pool = await openPool({ threads: 4 });
    const [q, k] = [randomTensor(random, [...leading, nQ, 32]), randomTensor(random, [...leading, nK, 32])];
    for (const options of [{ mask }, { mask, causal: true, scale: "entropy" as const }, { mask, window: 40 }]) {
      await comparePooled(pool, "attention", q, k, k, options);
      await comparePooled(pool, "attentionWeights", q, k, options);
    }
  });

  test.each([[[nQ, nK]], [[1, nK]], [[nQ, 1]], [[...leading, nQ, nK]], [[1, 3, nQ, nK]], [[2, 1, 1, nK]]])(
    "bias of shape %j",
    async (shape) => {
      const pool = await openPool({ threads: 4 });
      const [q, k] = [randomTensor(random, [...leading, nQ, 32]), randomTensor(random, [...leading, nK, 32])];
      const bias = randomTensor(random, shape);
      bias.data[0] = -Infinity;
      for (const options of [{ bias }, { bias, causal: true }, { bias, window: [30, 3] }]) {
        await comparePooled(pool, "attention", q, k, k, options);
      }
    },
  );

  test("heads in groups", async () => {
    const pool = await openPool({ threads: 4 });
    const q = randomTensor(random, [2, 6, 300, 32]);
    const k = randomTensor(random, [2, 2, 310, 32]);
    await comparePooled(pool, "attention", q, k, k, { groupedHeads: true });
    await comparePooled(pool, "attention", q, k, k, { groupedHeads: true, causal: true, mask: bits(310) });
    await comparePooled(pool, "attentionWeights", q, k, { groupedHeads: true });
  });

  test("NaN and infinity stay where they belong", async () => {
    const pool = await openPool({ threads: 3 });
    const q = randomTensor(random, ONE_HEAD);
    q.data[70 * 64] = NaN;
    q.data[1500 * 64] = Infinity;
    await comparePooled(pool, "attention", q, q, q, { causal: true });
  });
});

describe("one head of what is linear in the keys", () => {
  const [q, k, v] = [
    randomTensor(random, [3001, 48]),
    randomTensor(random, [2903, 48]),
    randomTensor(random, [2903, 33]),
  ];
  const dOutput = randomTensor(random, [3001, 33]);
  const mask = Uint8Array.from({ length: 2903 }, () => randomInt(random, 0, 1));

  test.each<[string, SparseAttentionOptions]>([
    ["all keys", {}],
    ["a window, a mask, the entropy scale", { window: [3, 200], mask, scale: "entropy" }],
    ["every 7th key, causal", { pattern: "atrous", dilation: 7, causal: true }],
    ["one key in 2999", { pattern: "atrous", dilation: 2999 }],
    ["near, far and global keys", { pattern: "sparse", window: 9, dilation: 50, globalTokens: 130 }],
    ["random blocks", { pattern: "bigbird", globalTokens: 5, seed: 7 }],
    [
      "random blocks, causal, the log scale",
      { pattern: "bigbird", blockSize: 50, window: [0, 2], causal: true, scale: { kind: "log", n: "global" } },
    ],
    ["a window of most keys, one global", { window: 2000, globalTokens: 1 }],
  ])("sparseAttention: %s", async (_, options) => {
    const { tasks } = watchWorkers();
    const pool = await openPool({ threads: 3 });
    const before = tasks();
    await comparePooled(pool, "sparseAttention", q, k, v, options);
    expect(tasks() - before).toBe(3);
    const lab = await load({ variant: pool.variant });
    const expected = lab.sparseAttentionBackward(q, k, v, dOutput, options);
    const actual = await pool.sparseAttentionBackward(q, k, v, dOutput, options);
    expectClose(actual.dq.data, expected.dq.data);
    // Sums over queries are taken in another order.
    expectClose(actual.dk.data, expected.dk.data, 2e-5);
    expectClose(actual.dv.data, expected.dv.data, 2e-5);
    expect(tasks() - before).toBe(6);
  });

  test("linearAttention and performer: the same bits", async () => {
    const { tasks } = watchWorkers();
    const pool = await openPool({ threads: 3 });
    const lab = await load({ variant: pool.variant });
    const before = tasks();
    for (const featureMap of ["elu", "softmax"] as const) {
      const options = { featureMap, mask };
      const actual = await pool.linearAttention(q, k, v, options);
      expectSameBits(actual.data, lab.linearAttention(q, k, v, options).data);
    }
    const performer = await pool.performer(q, k, v, { eps: 1e-3 });
    expectSameBits(performer.data, lab.performer(q, k, v, { eps: 1e-3 }).data);
    expect(tasks() - before).toBe(9);
    await comparePooled(pool, "performer", q, q, q, { causal: true });
    expect(tasks() - before).toBe(10);
  });
});

test("the kernel of Performer and its variance", async () => {
  const { tasks } = watchWorkers();
  const pool = await openPool({ threads: 3 });
  for (const leading of [[], [4]]) {
    const [x, y] = [randomTensor(random, [...leading, 500, 16]), randomTensor(random, [...leading, 900, 16])];
    const before = tasks();
    await comparePooled(pool, "performerVariance", x, y, { scale: 0.05 });
    await comparePooled(pool, "performerKernel", x, y, { scale: { kind: "log", n: "global" }, features: 20 });
    await comparePooled(pool, "performerKernel", x, y, { projection: randomTensor(random, [9, 16]), eps: 1e-3 });
    expect(tasks() - before).toBeGreaterThanOrEqual(9);
  }
});

test("whatever the problem, three threads agree with one", async () => {
  const pool = await openPool({ threads: 3 });
  for (let round = 0; round < 60; round++) {
    const leading = Array.from({ length: randomInt(random, 0, 2) }, () => randomInt(random, 1, 4));
    const [nQ, nK] = [randomInt(random, 1, 600), randomInt(random, 0, 600)];
    const [d, dV] = [randomInt(random, 1, 90), randomInt(random, 0, 90)];
    const q = randomTensor(random, [...leading, nQ, d]);
    const [k, v] = [randomTensor(random, [...leading, nK, d]), randomTensor(random, [...leading, nK, dV])];
    const options: AttentionOptions = {
      causal: random() < 0.5,
      ...pick<AttentionOptions>(random, [
        {},
        { window: 0 },
        { window: 60 },
        { window: [100, 1] },
        { window: [2, 300] },
      ]),
      scale: pick(random, ["sqrt", "entropy", 0.2, { kind: "log", n: "global" }] as const),
      mask: random() < 0.3 ? Uint8Array.from({ length: nK }, () => randomInt(random, 0, 1)) : undefined,
    };
    await comparePooled(pool, "attention", q, k, v, options);
    await comparePooled(pool, "attentionWeights", q, k, options);
  }
});
