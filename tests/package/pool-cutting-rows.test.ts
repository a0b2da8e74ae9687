/** What a pool computes of rows and of matrices is what one thread computes, however a call is cut. */
import type { AnyTensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { comparePooled } from "./support/pooled.js";
import { openPool } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

const random = makeRandom(3839);

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
    [
      [50, 300],
      [300, 1000],
    ],
    [
      [2, 3, 20, 100],
      [100, 1500],
    ],
    [
      [1, 1000],
      [1000, 9000],
    ],
  ])("%j times %j", async (left, right) => {
    const pool = await openPool({ threads: 3 });
    const turned = (shape: number[]): number[] => [...shape.slice(0, -2), shape.at(-1) ?? 0, shape.at(-2) ?? 0];
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const a = randomTensor(random, transposeA ? turned(left) : left);
        const b = randomTensor(random, transposeB ? turned(right) : right);
        await comparePooled(pool, "matmul", a, b, { transposeA, transposeB });
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
    await comparePooled(pool, name, randomTensor(random, shape), options);
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
    for (const axis of axes) await comparePooled(pool, name, x, { axis, ...more });
  });

  test("norms by sample", async () => {
    const pool = await openPool({ threads: 3 });
    const x = randomTensor(random, shape);
    const channels = { gamma: randomTensor(random, [30]), beta: randomTensor(random, [30]) };
    await comparePooled(pool, "instanceNorm", x, channels);
    await comparePooled(pool, "instanceNorm", x, { channelAxis: -1 });
    await comparePooled(pool, "groupNorm", x, { ...channels, groups: 6, center: false });
    await comparePooled(pool, "groupNorm", x, { channelAxis: 2, groups: 5 });
    await comparePooled(pool, "batchNorm", x, channels);
  });

  test("a single axis", async () => {
    const pool = await openPool();
    await comparePooled(pool, "softmax", randomTensor(random, [100_000]));
    await comparePooled(pool, "rmsNorm", randomTensor(random, [3_000_000]));
  });
});

test("where nothing is to be cut, an argument is still a copy", async () => {
  const pool = await openPool();
  const x: AnyTensor = { data: new Float32Array([1, 2, 3]), shape: [3] };
  await pool.softmax(x);
  expect(x.data.length).toBe(3);
});
