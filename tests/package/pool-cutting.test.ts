/** What a pool computes is what one thread computes, however a call is cut. */
import {
  load,
  type AnyTensor,
  type AttentionOptions,
  type Mask,
  type Pool,
  type SparseAttentionOptions,
  type Tensor,
} from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { variants } from "./support/labs.js";
import { openPool, watchWorkers } from "./support/pools.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";

const random = makeRandom(3838);

type Operation = (...args: unknown[]) => unknown;
const method = (owner: object, name: string): Operation => (owner as Record<string, Operation>)[name] as Operation;

/** Cuts are made from a certain amount of work on: a few million operations. */
const HEADS = [8, 512, 64];
const ONE_HEAD = [2000, 64];

async function compare(pool: Pool, name: string, ...args: unknown[]): Promise<Tensor> {
  const lab = await load({ variant: pool.variant });
  const expected = method(lab, name)(...args) as Tensor;
  const actual = (await method(pool, name)(...args)) as Tensor;
  expect(actual.shape).toEqual(expected.shape);
  expectClose(actual.data, expected.data);
  return expected;
}

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
    const { sent } = watchWorkers();
    const pool = await openPool({ variant, threads: 3 });
    for (const shape of [HEADS, ONE_HEAD]) {
      const [q, k, v] = [randomTensor(random, shape), randomTensor(random, shape), randomTensor(random, shape)];
      const before = sent();
      await compare(pool, "attention", q, k, v, options);
      await compare(pool, "attentionWeights", q, k, options);
      expect(sent() - before).toBeGreaterThanOrEqual(6);
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
      await compare(pool, "attention", q, k, v, options);
      await compare(pool, "attentionWeights", q, k, options);
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
      await compare(pool, "attention", q, k, k, options);
      await compare(pool, "attentionWeights", q, k, options);
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
        await compare(pool, "attention", q, k, k, options);
      }
    },
  );

  test("heads in groups", async () => {
    const pool = await openPool({ threads: 4 });
    const q = randomTensor(random, [2, 6, 300, 32]);
    const k = randomTensor(random, [2, 2, 310, 32]);
    await compare(pool, "attention", q, k, k, { groupedHeads: true });
    await compare(pool, "attention", q, k, k, { groupedHeads: true, causal: true, mask: bits(310) });
    await compare(pool, "attentionWeights", q, k, { groupedHeads: true });
  });

  test("NaN and infinity stay where they belong", async () => {
    const pool = await openPool({ threads: 3 });
    const q = randomTensor(random, ONE_HEAD);
    q.data[70 * 64] = NaN;
    q.data[1500 * 64] = Infinity;
    await compare(pool, "attention", q, q, q, { causal: true });
  });
});

describe("matmul", () => {
  test.each([
    [
      [600, 100],
      [100, 500],
    ],
    [
      [5, 300, 80],
      [5, 80, 200],
    ],
    [
      [5, 300, 80],
      [80, 200],
    ],
    [
      [2, 2, 130, 70],
      [2, 2, 70, 300],
    ],
    [
      [900, 90],
      [90, 1],
    ],
  ])("%j times %j", async (left, right) => {
    const pool = await openPool({ threads: 3 });
    const turned = (shape: number[]): number[] => [...shape.slice(0, -2), shape.at(-1) ?? 0, shape.at(-2) ?? 0];
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const a = randomTensor(random, transposeA ? turned(left) : left);
        const b = randomTensor(random, transposeB ? turned(right) : right);
        await compare(pool, "matmul", a, b, { transposeA, transposeB });
      }
    }
  });
});

describe("operations along axes", () => {
  const shape = [40, 30, 50, 20];
  const gamma = randomTensor(random, [50, 20]);
  const calls: [name: string, options: object][] = [
    ...["softmax", "logSoftmax"].flatMap((name): [string, object][] =>
      [undefined, -1, 3, 2, -3, 0].map((axis) => [name, { axis, temperature: 1.5 }]),
    ),
    ...["layerNorm", "rmsNorm"].flatMap((name): [string, object][] =>
      [undefined, -2, [2, 3], [-1, 1], [0], 0].map((axis) => [name, { axis }]),
    ),
    ["layerNorm", { axis: [-1, 2], gamma, beta: gamma, center: false }],
  ];
  test.each(calls)("%s %o", async (name, options) => {
    const pool = await openPool({ threads: 3 });
    await compare(pool, name, randomTensor(random, shape), options);
  });

  test.each([
    ["entmax15", [3, 1]],
    ["entropy", [3, 1]],
    ["l2Norm", [3, [1, 3]]],
    ["logSumExp", [3, 1, 0]],
    ["powerTransform", [2]],
    ["sparsemax", [-2]],
  ] as const)("%s along %j", async (name, axes) => {
    const pool = await openPool({ threads: 3 });
    const x = randomTensor(random, shape);
    x.data.forEach((value, i) => (x.data[i] = Math.abs(value)));
    const more = name === "powerTransform" ? { exponent: 2 } : {};
    for (const axis of axes) await compare(pool, name, x, { axis, ...more });
  });

  test("norms by sample", async () => {
    const pool = await openPool({ threads: 3 });
    const x = randomTensor(random, shape);
    const channels = { gamma: randomTensor(random, [30]), beta: randomTensor(random, [30]) };
    await compare(pool, "instanceNorm", x, channels);
    await compare(pool, "instanceNorm", x, { channelAxis: -1 });
    await compare(pool, "groupNorm", x, { ...channels, groups: 6, center: false });
    await compare(pool, "groupNorm", x, { channelAxis: 2, groups: 5 });
    await compare(pool, "batchNorm", x, channels);
  });

  test("a single axis", async () => {
    const pool = await openPool();
    await compare(pool, "softmax", randomTensor(random, [100_000]));
    await compare(pool, "rmsNorm", randomTensor(random, [3_000_000]));
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

  test.each<SparseAttentionOptions>([
    {},
    { window: [3, 200], mask, scale: "entropy" },
    { pattern: "atrous", dilation: 7, causal: true },
    { pattern: "atrous", dilation: 2999 },
    { pattern: "sparse", window: 9, dilation: 50, globalTokens: 130 },
    { pattern: "bigbird", globalTokens: 5, seed: 7 },
    { pattern: "bigbird", blockSize: 50, window: [0, 2], causal: true, scale: { kind: "log", n: "global" } },
    { window: 2000, globalTokens: 1 },
  ])("sparseAttention %j", async (options) => {
    const { sent } = watchWorkers();
    const pool = await openPool({ threads: 3 });
    const before = sent();
    await compare(pool, "sparseAttention", q, k, v, options);
    expect(sent() - before).toBe(3);
    const lab = await load({ variant: pool.variant });
    const expected = lab.sparseAttentionBackward(q, k, v, dOutput, options);
    const actual = await pool.sparseAttentionBackward(q, k, v, dOutput, options);
    expectClose(actual.dq.data, expected.dq.data);
    // Sums over queries are taken in another order.
    expectClose(actual.dk.data, expected.dk.data, 2e-5);
    expectClose(actual.dv.data, expected.dv.data, 2e-5);
    expect(sent() - before).toBe(6);
  });

  test("linearAttention and performer: the same bits", async () => {
    const { sent } = watchWorkers();
    const pool = await openPool({ threads: 3 });
    const lab = await load({ variant: pool.variant });
    const before = sent();
    for (const featureMap of ["elu", "softmax"] as const) {
      const options = { featureMap, mask };
      const actual = await pool.linearAttention(q, k, v, options);
      expectSameBits(actual.data, lab.linearAttention(q, k, v, options).data);
    }
    const performer = await pool.performer(q, k, v, { eps: 1e-3 });
    expectSameBits(performer.data, lab.performer(q, k, v, { eps: 1e-3 }).data);
    expect(sent() - before).toBe(9);
    await compare(pool, "performer", q, q, q, { causal: true });
    expect(sent() - before).toBe(10);
  });
});

test("the kernel of Performer and its variance", async () => {
  const { sent } = watchWorkers();
  const pool = await openPool({ threads: 3 });
  for (const leading of [[], [4]]) {
    const [x, y] = [randomTensor(random, [...leading, 500, 16]), randomTensor(random, [...leading, 900, 16])];
    const before = sent();
    await compare(pool, "performerVariance", x, y, { scale: 0.05 });
    await compare(pool, "performerKernel", x, y, { scale: { kind: "log", n: "global" }, features: 20 });
    await compare(pool, "performerKernel", x, y, { projection: randomTensor(random, [9, 16]), eps: 1e-3 });
    expect(sent() - before).toBeGreaterThanOrEqual(9);
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
    await compare(pool, "attention", q, k, v, options);
    await compare(pool, "attentionWeights", q, k, options);
  }
});

test("where nothing is to be cut, an argument is still a copy", async () => {
  const pool = await openPool();
  const x: AnyTensor = { data: new Float32Array([1, 2, 3]), shape: [3] };
  await pool.softmax(x);
  expect(x.data.length).toBe(3);
});

describe("gradients", () => {
  const shapes = { many: [8, 512, 32], few: [3, 500, 32], one: [1500, 32] };

  async function compareGradients(pool: Pool, name: string, ...args: unknown[]): Promise<void> {
    const lab = await load({ variant: pool.variant });
    const expected = method(lab, name)(...args) as Record<string, Tensor | undefined>;
    const actual = (await method(pool, name)(...args)) as Record<string, Tensor | undefined>;
    const names = Object.keys(expected).filter((key) => expected[key]);
    expect(names.length).toBeGreaterThan(0);
    expect(Object.keys(actual).filter((key) => actual[key])).toEqual(names);
    for (const key of names) {
      expect(actual[key]?.shape, key).toEqual(expected[key]?.shape);
      // Sums over queries are taken in another order.
      expectClose(actual[key]?.data ?? [], expected[key]?.data ?? [], 2e-5);
    }
  }

  test.each(Object.entries(shapes))("attentionBackward, %s", async (_, shape) => {
    const pool = await openPool({ threads: 4 });
    const [q, k, v, dOutput] = [0, 1, 2, 3].map(() => randomTensor(random, shape));
    for (const options of [{}, { causal: true }, { window: [40, 3] }, { gradients: ["k"], causal: true, window: 70 }]) {
      await compareGradients(pool, "attentionBackward", q, k, v, dOutput, options);
    }
  });

  test.each([
    ["softmaxBackward", { axis: 1 }],
    ["logSoftmaxBackward", {}],
    ["layerNormBackward", { gamma: [20], beta: [20] }],
    ["rmsNormBackward", { axis: [2, 3], gamma: [50, 20] }],
    ["l2NormBackward", { axis: 2 }],
    ["batchNormBackward", { gamma: [30] }],
    ["instanceNormBackward", { gamma: [30], beta: [30] }],
    ["groupNormBackward", { groups: 10, beta: [30] }],
    ["entmax15Backward", {}],
    ["sparsemaxBackward", { axis: -2 }],
  ] as const)("%s", async (name, options) => {
    const pool = await openPool({ threads: 3 });
    const [x, dOutput] = [randomTensor(random, [40, 30, 50, 20]), randomTensor(random, [40, 30, 50, 20])];
    const given = Object.entries(options as Record<string, unknown>).map(([key, value]): [string, unknown] =>
      key === "gamma" || key === "beta" ? [key, randomTensor(random, value as number[])] : [key, value],
    );
    await compareGradients(pool, name, x, dOutput, Object.fromEntries(given));
  });

  test("of sums along an axis, and of residuals", async () => {
    const pool = await openPool({ threads: 3 });
    const [x, f, dOutput, dSum] = [0, 1, 2, 3].map(() => randomTensor(random, [60, 200, 50]));
    await compareGradients(pool, "logSumExpBackward", x, randomTensor(random, [60, 200]));
    await compareGradients(pool, "logSumExpBackward", x, randomTensor(random, [60, 50]), { axis: 1 });
    await compareGradients(pool, "entropyBackward", x, randomTensor(random, [60, 200]), { input: "logits" });
    const gamma = randomTensor(random, [50]);
    for (const name of ["addLayerNorm", "addRmsNorm"]) {
      await compareGradients(pool, name, x, f, { gamma });
      await compareGradients(pool, `${name}Backward`, x, f, dOutput, { gamma, dSum });
      await compareGradients(pool, `${name}Backward`, x, f, dOutput);
    }
  });

  test("of a bias, summed over what it repeats; of heads in groups", async () => {
    const pool = await openPool({ threads: 4 });
    const [q, dOutput] = [randomTensor(random, [2, 6, 200, 32]), randomTensor(random, [2, 6, 200, 32])];
    const k = randomTensor(random, [2, 2, 210, 32]);
    const gradients = ["q", "k", "v", "bias"];
    for (const shape of [
      [200, 210],
      [1, 210],
      [2, 6, 200, 210],
      [1, 6, 200, 1],
      [2, 1, 1, 210],
    ]) {
      const options = { groupedHeads: true, bias: randomTensor(random, shape), gradients };
      await compareGradients(pool, "attentionBackward", q, k, k, dOutput, options);
      await compareGradients(pool, "attentionBackward", q, k, k, dOutput, { ...options, causal: true });
    }
  });

  test.each([
    [
      [1700, 100],
      [100, 500],
    ],
    [
      [5, 300, 80],
      [5, 80, 200],
    ],
    [
      [5, 300, 80],
      [80, 200],
    ],
  ])("matmulBackward, %j times %j", async (left, right) => {
    const pool = await openPool({ threads: 3 });
    const turned = (shape: number[]): number[] => [...shape.slice(0, -2), shape.at(-1) ?? 0, shape.at(-2) ?? 0];
    const lab = await load({ variant: pool.variant });
    const dOutput = randomTensor(random, [...left.slice(0, -1), right.at(-1) ?? 0]);
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const a = randomTensor(random, transposeA ? turned(left) : left);
        const b = randomTensor(random, transposeB ? turned(right) : right);
        const expected = lab.matmulBackward(a, b, dOutput, { transposeA, transposeB });
        const actual = await pool.matmulBackward(a, b, dOutput, { transposeA, transposeB });
        expectClose(actual.da.data, expected.da.data);
        // Of a b for all parts, these are sums of hundreds, rounded once more.
        expectClose(actual.db.data, expected.db.data, right.length < 3 ? 2e-5 : undefined);
      }
    }
  });
});
