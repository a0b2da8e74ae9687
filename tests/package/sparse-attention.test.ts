import type { SparseAttentionOptions, SparsePatternOptions, Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal } from "./support/errors.js";
import { fixtureJson } from "./support/fixtures.js";
import { describeBoth } from "./support/labs.js";
import { openPool } from "./support/pools.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";
import { attentionTwin } from "./twin/attention.js";

interface Golden {
  shape: number[];
  data: number[];
}

interface Case {
  name: string;
  options: SparseAttentionOptions;
  inputs: Record<"q" | "k" | "v" | "dOutput", Golden>;
  expected: Record<"output" | "dq" | "dk" | "dv", Golden>;
}

const { cases } = fixtureJson("golden/sparse.json") as { cases: Case[] };

const tensorOf = ({ shape, data }: Golden): Tensor => ({ shape, data: Float32Array.from(data) });

/** What the definition keeps; random blocks have no formula and are not drawn here. */
function keeps(options: SparsePatternOptions, position: number, key: number): boolean {
  const { pattern = "local", dilation = 4, blockSize = 64, globalTokens = 0, causal = false } = options;
  const { window = pattern === "bigbird" ? 1 : 64 } = options;
  const [left, right] = typeof window === "number" ? [window, window] : window;
  if (causal && key > position) return false;
  if (key < globalTokens || (position >= 0 && position < globalTokens)) return true;
  const unit = pattern === "bigbird" ? blockSize : 1;
  const distance = Math.floor(position / unit) - Math.floor(key / unit);
  const near = distance <= left && -distance <= right;
  const aligned = Math.abs(position - key) % dilation === 0;
  return (pattern !== "atrous" && near) || ((pattern === "atrous" || pattern === "sparse") && aligned);
}

function drawOptions(random: () => number): SparsePatternOptions {
  const window = pick(random, [randomInt(random, 0, 9), [randomInt(random, 0, 5), randomInt(random, 0, 5)] as const]);
  const dilation = randomInt(random, 1, 9);
  const shared = { globalTokens: pick(random, [0, 0, 1, 4]), causal: random() < 0.4 };
  return pick<SparsePatternOptions>(random, [
    { ...shared, window },
    { ...shared, pattern: "atrous", dilation },
    { ...shared, pattern: "sparse", window, dilation },
    {
      ...shared,
      pattern: "bigbird",
      window: randomInt(random, 0, 2),
      blockSize: randomInt(random, 1, 9),
      randomBlocks: 0,
    },
  ]);
}

describeBoth("sparseAttention", (lab) => {
  describe("golden values", () => {
    test.each(cases)("$name", ({ options, inputs, expected }) => {
      const { q, k, v, dOutput } = inputs;
      const args = [tensorOf(q), tensorOf(k), tensorOf(v)] as const;
      expectClose(lab.sparseAttention(...args, options).data, expected.output.data, 2e-6);
      const gradients = lab.sparseAttentionBackward(...args, tensorOf(dOutput), options);
      for (const name of ["dq", "dk", "dv"] as const) {
        expect(gradients[name].shape).toEqual(expected[name].shape);
        expectClose(gradients[name].data, expected[name].data, 5e-6);
      }
    });
  });

  test("equals attention under the definition's mask, over random options", () => {
    const random = makeRandom(11);
    for (let turn = 0; turn < 150; turn++) {
      const [nQ, nK, d, dV] = [
        randomInt(random, 0, 40),
        randomInt(random, 0, 40),
        randomInt(random, 1, 9),
        randomInt(random, 0, 9),
      ] as const;
      const options = drawOptions(random);
      const mask = random() < 0.3 ? Uint8Array.from({ length: nK }, () => (random() < 0.7 ? 1 : 0)) : undefined;
      const [q, k, v] = [randomTensor(random, [nQ, d]), randomTensor(random, [nK, d]), randomTensor(random, [nK, dV])];
      const kept = Array.from({ length: nQ * nK }, (_, e) => {
        const [i, j] = [Math.floor(e / nK), e % nK];
        return keeps(options, i + nK - nQ, j) && mask?.[j] !== 0;
      });
      expect(Array.from(lab.sparsePattern(nQ, nK, { ...options, mask }).data)).toEqual(kept.map(Number));
      const bias = { shape: [nQ, nK], data: Float32Array.from(kept, (keep) => (keep ? 0 : -Infinity)) };
      const actual = lab.sparseAttention(q, k, v, { ...options, mask });
      expect(actual.shape).toEqual([nQ, dV]);
      expectClose(actual.data, attentionTwin(q, k, v, { bias }).output, 3e-6);
    }
  });

  test("the entropy scale counts the keys that are kept", () => {
    const random = makeRandom(12);
    const x = randomTensor(random, [30, 4]);
    const options = { pattern: "sparse", window: 2, dilation: 5 } as const;
    const kept = lab.sparsePattern(30, 30, options).data;
    const rows = Array.from({ length: 30 }, (_, i) => {
      const n = kept.slice(i * 30, i * 30 + 30).reduce((sum, entry) => sum + entry);
      const bias = { shape: [1, 30], data: kept.slice(i * 30, i * 30 + 30).map((keep) => (keep ? 0 : -Infinity)) };
      const q = { shape: [1, 4], data: x.data.slice(i * 4, i * 4 + 4) };
      return Array.from(lab.attention(q, x, x, { bias, scale: Math.log(n) / (Math.log(512) * 2) }).data);
    });
    expectClose(lab.sparseAttention(x, x, x, { ...options, scale: "entropy" }).data, rows.flat(), 3e-6);
  });

  test("grouped heads share keys, and their gradients add up", () => {
    const random = makeRandom(13);
    const [q, k, v] = [
      randomTensor(random, [4, 11, 3]),
      randomTensor(random, [2, 11, 3]),
      randomTensor(random, [2, 11, 2]),
    ];
    const dOutput = randomTensor(random, [4, 11, 2]);
    const options = { window: 2, globalTokens: 1 };
    const repeat = ({ shape, data }: Tensor): Tensor => {
      const size = data.length / 2;
      return {
        shape: [4, ...shape.slice(1)],
        data: Float32Array.from(
          { length: 4 * size },
          (_, e) => data[Math.floor(e / size / 2) * size + (e % size)] ?? NaN,
        ),
      };
    };
    const grouped = { ...options, groupedHeads: true };
    expectSameBits(
      lab.sparseAttention(q, k, v, grouped).data,
      lab.sparseAttention(q, repeat(k), repeat(v), options).data,
    );
    const one = lab.sparseAttentionBackward(q, k, v, dOutput, grouped);
    const all = lab.sparseAttentionBackward(q, repeat(k), repeat(v), dOutput, options);
    expectSameBits(one.dq.data, all.dq.data);
    const summed = Array.from(one.dk.data, (_, e) => {
      const [group, rest] = [Math.floor(e / 33), e % 33];
      return (all.dk.data[2 * group * 33 + rest] ?? NaN) + (all.dk.data[(2 * group + 1) * 33 + rest] ?? NaN);
    });
    expectClose(one.dk.data, summed, 2e-6);
  });

  test("bigbird draws whole blocks from a seed of 64 bits", () => {
    const options = { pattern: "bigbird", blockSize: 4, randomBlocks: 2 } as const;
    const picture = (seed: number | bigint, causal = false): Float32Array =>
      lab.sparsePattern(64, 64, { ...options, seed, causal }).data;
    expectSameBits(picture(5), picture(5n));
    expect(picture(5)).not.toEqual(picture(6));
    expect(picture(5n)).not.toEqual(picture(5n + 2n ** 32n));
    expect(picture(2n ** 64n - 1n)).not.toEqual(picture(2n ** 32n - 1n));
    for (const causal of [false, true]) {
      const data = picture(9, causal);
      for (let block = 0; block < 16; block++) {
        const row = (block * 4 + 3) * 64;
        const keys = Array.from({ length: 16 }, (_, b) =>
          data.slice(row + b * 4, row + b * 4 + 4).reduce((a, e) => a + e),
        );
        expect(keys.every((count) => count === 0 || count === 4)).toBe(true);
        const near = [block - 1, block, block + 1].filter((b) => b >= 0 && b < (causal ? block + 1 : 16)).length;
        const candidates = (causal ? block + 1 : 16) - near;
        expect(keys.filter((count) => count > 0).length).toBe(near + Math.min(2, candidates));
      }
    }
  });

  test("what is not kept contributes nothing, whatever it holds", () => {
    const random = makeRandom(14);
    const [q, k, v] = [randomTensor(random, [20, 3]), randomTensor(random, [20, 3]), randomTensor(random, [20, 3])];
    const clean = lab.sparseAttention(q, k, v, { window: 3 });
    for (const odd of [NaN, Infinity]) {
      const [oddK, oddV] = [k, v].map(({ shape, data }) => ({ shape, data: data.slice().fill(odd, 30, 33) })) as [
        Tensor,
        Tensor,
      ];
      const actual = lab.sparseAttention(q, oddK, oddV, { window: 3 });
      for (let i = 0; i < 20; i++) {
        const row = actual.data.slice(i * 3, i * 3 + 3);
        if (Math.abs(i - 10) > 3) expect(row).toEqual(clean.data.slice(i * 3, i * 3 + 3));
        else expect(row.some((value) => Number.isNaN(value))).toBe(true);
      }
    }
  });

  test("gradients hold where the products behind them do not", () => {
    const random = makeRandom(18);
    const [n, d, dV, factor] = [24, 3, 2, 1e-20] as const;
    const [q, k, v] = [randomTensor(random, [n, d]), randomTensor(random, [n, d]), randomTensor(random, [n, dV])];
    const dOutput = randomTensor(random, [n, dV]);
    v.data.forEach((entry, e) => (v.data[e] = entry < 0 ? -3e38 : 3e38));
    const options = { window: 3, scale: factor } as const;
    const gradients = lab.sparseAttentionBackward(q, k, v, dOutput, options);
    const bias = lab.sparsePattern(n, n, { window: 3 });
    bias.data.forEach((keep, e) => (bias.data[e] = keep === 1 ? 0 : -Infinity));
    const { weights } = attentionTwin(q, k, v, { bias, scale: () => factor });
    const at = ({ data, shape }: Tensor, i: number, c: number): number => data[i * (shape[1] ?? NaN) + c] ?? NaN;
    const rows = Array.from({ length: n }, (_, i) => weights.slice(i * n, i * n + n));
    const dScores = rows.map((row, i) => {
      const products = row.map((_, j) => at(dOutput, i, 0) * at(v, j, 0) + at(dOutput, i, 1) * at(v, j, 1));
      const mean = row.reduce((sum, weight, j) => sum + weight * (products[j] ?? NaN), 0);
      return row.map((weight, j) => weight * ((products[j] ?? NaN) - mean) * factor);
    });
    const sum = (term: (i: number) => number): number => q.data.subarray(0, n).reduce((all, _, i) => all + term(i), 0);
    const expected = {
      dq: Array.from(q.data, (_, e) => sum((j) => (dScores[Math.floor(e / d)]?.[j] ?? NaN) * at(k, j, e % d))),
      dk: Array.from(k.data, (_, e) => sum((i) => (dScores[i]?.[Math.floor(e / d)] ?? NaN) * at(q, i, e % d))),
      dv: Array.from(v.data, (_, e) => sum((i) => (rows[i]?.[Math.floor(e / dV)] ?? NaN) * at(dOutput, i, e % dV))),
    };
    for (const name of ["dq", "dk", "dv"] as const) {
      const largest = Math.max(...expected[name].map(Math.abs));
      const relative = (values: ArrayLike<number>): number[] => Array.from(values, (value) => value / largest);
      expectClose(relative(gradients[name].data), relative(expected[name]), 3e-6);
    }
  });

  test("residents and out give the same bits; gradients on request", () => {
    const random = makeRandom(15);
    const x = randomTensor(random, [2, 30, 4]);
    const expected = lab.sparseAttention(x, x, x, { pattern: "sparse", window: 3, dilation: 4 });
    const [held, out] = [lab.resident(x), lab.resident([2, 30, 4])];
    try {
      expect(lab.sparseAttention(held, x, held, { pattern: "sparse", window: 3, dilation: 4, out })).toBe(out);
      expectSameBits(out.tensor().data, expected.data);
      const some = lab.sparseAttentionBackward(held, x, x, x, { gradients: ["k"] });
      expect(Object.keys(some)).toEqual(["dk"]);
      expectSameBits(some.dk.data, lab.sparseAttentionBackward(x, x, x, x).dk.data);
    } finally {
      held.dispose();
      out.dispose();
    }
  });

  test("a pool gives the same bits", async () => {
    const random = makeRandom(17);
    const [q, k] = [randomTensor(random, [4, 300, 32]), randomTensor(random, [2, 300, 32])];
    const options = { pattern: "bigbird", blockSize: 16, seed: 3, groupedHeads: true } as const;
    const pool = await openPool({ threads: 2, variant: lab.variant });
    expectSameBits((await pool.sparseAttention(q, k, k, options)).data, lab.sparseAttention(q, k, k, options).data);
    const { dv } = await pool.sparseAttentionBackward(q, k, k, q, options);
    // The heads of a group may be summed in another order.
    expectClose(dv.data, lab.sparseAttentionBackward(q, k, k, q, options).dv.data);
    expectSameBits((await pool.sparsePattern(9, 9, { window: 2 })).data, lab.sparsePattern(9, 9, { window: 2 }).data);
  });

  test("refusals", () => {
    const x = randomTensor(makeRandom(16), [8, 2]);
    const refused = (options: object, code: "TYPE" | "SHAPE" | "VALUE" | "RANGE", argument: string): void => {
      expectRefusal(() => lab.sparseAttention(x, x, x, options), { code, operation: "sparseAttention", argument });
      expectRefusal(() => lab.sparsePattern(8, 8, options), { code, operation: "sparsePattern", argument });
    };
    refused({ pattern: "longformer" }, "VALUE", "pattern");
    refused({ pattern: 3 }, "TYPE", "pattern");
    refused({ dilation: 2 }, "VALUE", "dilation");
    refused({ randomBlocks: 2 }, "VALUE", "randomBlocks");
    refused({ pattern: "atrous", window: 2 }, "VALUE", "window");
    refused({ pattern: "sparse", seed: 2 }, "VALUE", "seed");
    refused({ pattern: "bigbird", dilation: 2 }, "VALUE", "dilation");
    refused({ window: -1 }, "RANGE", "window");
    refused({ window: [1] }, "SHAPE", "window");
    refused({ pattern: "atrous", dilation: 0 }, "RANGE", "dilation");
    refused({ pattern: "bigbird", blockSize: 1.5 }, "RANGE", "blockSize");
    refused({ pattern: "bigbird", seed: -1 }, "RANGE", "seed");
    refused({ pattern: "bigbird", seed: 2 ** 53 }, "RANGE", "seed");
    refused({ pattern: "bigbird", seed: 2n ** 64n }, "RANGE", "seed");
    refused({ pattern: "bigbird", seed: "1" }, "TYPE", "seed");
    refused({ globalTokens: -1 }, "RANGE", "globalTokens");
    refused({ causal: 1 }, "TYPE", "causal");
    refused({ bias: x }, "VALUE", "bias");
    refused({ mask: new Uint8Array(3) }, "SHAPE", "mask");
    refused({ out: lab.tensor([1]) }, "SHAPE", "out");
    expectRefusal(() => lab.sparsePattern(-1, 8), { code: "RANGE", operation: "sparsePattern", argument: "nQ" });
    expectRefusal(() => lab.sparseAttentionBackward(x, x, x, lab.tensor([1])), {
      code: "SHAPE",
      operation: "sparseAttentionBackward",
      argument: "dOutput",
    });
    expectRefusal(() => lab.sparseAttentionBackward(x, x, x, x, { gradients: "q" } as object), {
      code: "TYPE",
      operation: "sparseAttentionBackward",
      argument: "gradients",
    });
    expect(lab.sparsePattern(3, 4, { pattern: "bigbird", blockSize: 2 ** 40, randomBlocks: 2 ** 40 }).data).toEqual(
      new Float32Array(12).fill(1),
    );
  });
});
