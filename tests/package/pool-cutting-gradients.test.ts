/** The gradients that a pool computes are those of one thread, however a call is cut. */
import { load } from "attnlab";
import { describe, test } from "vitest";
import { expectClose } from "./support/compare.js";
import { comparePooledByName } from "./support/pooled.js";
import { openPool } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

const random = makeRandom(3840);

describe("gradients", () => {
  const shapes = { many: [8, 512, 32], few: [3, 500, 32], one: [1500, 32] };

  test.each(Object.entries(shapes))("attentionBackward, %s", async (_, shape) => {
    const pool = await openPool({ threads: 4 });
    const [q, k, v, dOutput] = [0, 1, 2, 3].map(() => randomTensor(random, shape));
    for (const options of [{}, { causal: true }, { window: [40, 3] }, { gradients: ["k"], causal: true, window: 70 }]) {
      await comparePooledByName(pool, "attentionBackward", q, k, v, dOutput, options);
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
    await comparePooledByName(pool, name, x, dOutput, Object.fromEntries(given));
  });

  test("of sums along an axis, and of residuals", async () => {
    const pool = await openPool({ threads: 3 });
    const [x, f, dOutput, dSum] = [0, 1, 2, 3].map(() => randomTensor(random, [60, 200, 50]));
    await comparePooledByName(pool, "logSumExpBackward", x, randomTensor(random, [60, 200]));
    await comparePooledByName(pool, "logSumExpBackward", x, randomTensor(random, [60, 50]), { axis: 1 });
    await comparePooledByName(pool, "entropyBackward", x, randomTensor(random, [60, 200]), { input: "logits" });
    const gamma = randomTensor(random, [50]);
    for (const name of ["addLayerNorm", "addRmsNorm"]) {
      await comparePooledByName(pool, name, x, f, { gamma });
      await comparePooledByName(pool, `${name}Backward`, x, f, dOutput, { gamma, dSum });
      await comparePooledByName(pool, `${name}Backward`, x, f, dOutput);
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
      await comparePooledByName(pool, "attentionBackward", q, k, k, dOutput, options);
      await comparePooledByName(pool, "attentionBackward", q, k, k, dOutput, { ...options, causal: true });
    }
  });

  test("of a group of heads, of which each part has as many as there are groups", async () => {
    const pool = await openPool({ threads: 2 });
    const [q, dOutput] = [randomTensor(random, [4, 300, 32]), randomTensor(random, [4, 300, 32])];
    const k = randomTensor(random, [2, 300, 32]);
    await comparePooledByName(pool, "attentionBackward", q, k, k, dOutput, { groupedHeads: true });
    await comparePooledByName(pool, "sparseAttentionBackward", q, k, k, dOutput, { groupedHeads: true });
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
