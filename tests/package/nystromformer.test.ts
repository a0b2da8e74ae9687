import type { NystromformerOptions, Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal } from "./support/errors.js";
import { fixtureJson } from "./support/fixtures.js";
import { describeBoth } from "./support/labs.js";
import { openPool } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

interface Golden {
  shape: number[];
  data: number[];
}

interface Case {
  name: string;
  options: NystromformerOptions;
  inputs: Record<"q" | "k" | "v" | "dOutput", Golden>;
  tensors: { convKernel?: Golden };
  expected: Record<"output" | "dq" | "dk" | "dv", Golden> & { dconvKernel?: Golden };
  reference?: Golden;
}

const { cases } = fixtureJson("golden/nystromformer.json") as { cases: Case[] };

const tensorOf = ({ shape, data }: Golden): Tensor => ({ shape, data: Float32Array.from(data) });

const slice = ({ shape, data }: Tensor, matrix: number): Tensor => {
  const [rows = 0, columns = 0] = shape.slice(-2);
  return { shape: [rows, columns], data: data.slice(matrix * rows * columns, (matrix + 1) * rows * columns) };
};

describeBoth("nystromformer", (lab) => {
  describe("golden values", () => {
    test.each(cases)("$name", ({ options, inputs, tensors, expected, reference }) => {
      const { q, k, v, dOutput } = inputs;
      const args = [tensorOf(q), tensorOf(k), tensorOf(v)] as const;
      const all = tensors.convKernel ? { ...options, convKernel: tensorOf(tensors.convKernel) } : options;
      const output = lab.nystromformer(...args, all);
      expect(output.shape).toEqual(expected.output.shape);
      expectClose(output.data, expected.output.data, 5e-5);
      const gradients = lab.nystromformerBackward(...args, tensorOf(dOutput), {
        ...all,
        gradients: [...(["q", "k", "v"] as const), ...(expected.dconvKernel ? (["convKernel"] as const) : [])],
      });
      for (const name of ["dq", "dk", "dv"] as const) expectClose(gradients[name].data, expected[name].data, 2e-4);
      if (expected.dconvKernel) {
        expect(gradients.dconvKernel?.shape).toEqual(expected.dconvKernel.shape);
        expectClose(gradients.dconvKernel?.data ?? [], expected.dconvKernel.data, 1e-5);
      }
      // Where a library is wrong, the difference is no rounding.
      const off = reference?.data.map((value, i) => Math.abs(value - (output.data[i] ?? NaN))) ?? [];
      if (reference) expect(Math.max(...off)).toBeGreaterThan(0.01);
    });
  });

  test("a matrix of a batch is what it is alone", () => {
    const random = makeRandom(1);
    const [q, k, v] = [
      randomTensor(random, [2, 3, 40, 4]),
      randomTensor(random, [2, 3, 33, 4]),
      randomTensor(random, [2, 3, 33, 5]),
    ];
    const mask = { data: Uint8Array.from({ length: 66 }, () => (random() < 0.6 ? 1 : 0)), shape: [2, 1, 33] };
    const all = lab.nystromformer(q, k, v, { landmarks: 7, mask });
    for (let matrix = 0; matrix < 6; matrix++) {
      const row = Math.floor(matrix / 3) * 33;
      const one = lab.nystromformer(slice(q, matrix), slice(k, matrix), slice(v, matrix), {
        landmarks: 7,
        mask: mask.data.slice(row, row + 33),
      });
      expectSameBits(slice(all, matrix).data, one.data);
    }
  });

  test("the factors multiply to the result, rows to rows of the product; masks leave zeros at the end", () => {
    const random = makeRandom(2);
    const [q, k, v] = [
      randomTensor(random, [2, 30, 4], 0.7),
      randomTensor(random, [2, 30, 4], 0.7),
      randomTensor(random, [2, 30, 3]),
    ];
    const data = new Uint8Array(60).fill(1).fill(0, 40);
    for (const mask of [undefined, { data, shape: [2, 30] }]) {
      const options = { landmarks: 6, mask, segments: "pad" } as const;
      const { queryFactor, inverse, keyFactor, residual, iterations, rows } = lab.nystromFactors(q, k, options);
      expect([queryFactor.shape, inverse.shape, keyFactor.shape]).toEqual([
        [2, 30, 6],
        [2, 6, 6],
        [2, 6, 30],
      ]);
      expect([residual.shape, iterations.shape]).toEqual([[2], [2]]);
      expect(Array.from(iterations.data).every((count) => count >= 1 && count <= 6)).toBe(true);
      const product = lab.matmul(lab.matmul(queryFactor, inverse), keyFactor);
      expectClose(lab.matmul(product, v).data, lab.nystromformer(q, k, v, options).data, 2e-5);
      const some = rows([29, 0, 3]);
      expect(some.shape).toEqual([2, 3, 30]);
      expectClose(slice(some, 1).data.slice(0, 30), slice(product, 1).data.slice(29 * 30), 1e-6);
      if (mask) expect(Array.from(inverse.data.slice(36 + 2 * 6))).toEqual(new Array<number>(24).fill(0));
    }
    expect(lab.nystromFactors(slice(q, 0), slice(k, 0)).residual.shape).toEqual([]);
    expect(lab.nystromFactors(slice(q, 0), slice(k, 0)).inverse.shape).toEqual([30, 30]);
  });

  test("few rows give exact attention, in the same bits", () => {
    const random = makeRandom(3);
    const [q, k, v] = [randomTensor(random, [9, 4]), randomTensor(random, [70, 4]), randomTensor(random, [70, 3])];
    expectSameBits(lab.nystromformer(q, k, v, { landmarks: 9, inverse: "none" }).data, lab.attention(q, k, v).data);
    expectClose(
      lab.nystromformerBackward(q, k, v, randomTensor(random, [9, 3]), { landmarks: 70, scale: 0 }).dq.data,
      new Float32Array(36),
    );
  });

  test("residents and out give the same bits", () => {
    const random = makeRandom(4);
    const [q, k, v] = [
      randomTensor(random, [2, 20, 3]),
      randomTensor(random, [2, 20, 3]),
      randomTensor(random, [2, 20, 3]),
    ];
    const convKernel = randomTensor(random, [2, 5]);
    const options = { landmarks: 4, convKernel };
    const expected = lab.nystromformer(q, k, v, options);
    const held = [q, k, v].map((tensor) => lab.resident(tensor));
    const out = lab.resident([2, 20, 3]);
    try {
      const [heldQ, heldK, heldV] = held as [(typeof held)[0], (typeof held)[0], (typeof held)[0]];
      expect(lab.nystromformer(heldQ, k, heldV, { ...options, out })).toBe(out);
      expectSameBits(out.tensor().data, expected.data);
      expectSameBits(lab.nystromformer(q, heldK, v, options).data, expected.data);
    } finally {
      for (const each of [...held, out]) each.dispose();
    }
  });

  test("sizes of 0 and keys that are all hidden", () => {
    const empty = (...shape: number[]): Tensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
    expect(lab.nystromformer(empty(0, 3), empty(5, 3), empty(5, 2)).shape).toEqual([0, 2]);
    expect(Array.from(lab.nystromformer(empty(2, 3), empty(0, 3), empty(0, 1)).data)).toEqual([0, 0]);
    expect(lab.nystromFactors(empty(0, 3), empty(5, 3)).inverse.shape).toEqual([0, 0]);
    const random = makeRandom(5);
    const x = randomTensor(random, [12, 3]);
    const mask = new Uint8Array(12);
    const options = { landmarks: 4, mask, convKernel: randomTensor(random, [3]) };
    expect(lab.nystromformer(x, x, x, options).data.every((value) => value === 0)).toBe(true);
    expect(lab.nystromFactors(x, x, { landmarks: 4, mask }).queryFactor.shape).toEqual([12, 0]);
    const { dk, dv } = lab.nystromformerBackward(x, x, x, x, options);
    expect([...dk.data, ...dv.data].every((value) => value === 0)).toBe(true);
  });

  test("a pool gives the same bits", async () => {
    const random = makeRandom(8);
    const x = randomTensor(random, [4, 300, 32]);
    const mask = { data: Uint8Array.from({ length: 1200 }, () => (random() < 0.8 ? 1 : 0)), shape: [4, 300] };
    const options = { landmarks: 16, mask, convKernel: randomTensor(random, [4, 3]) };
    const pool = await openPool({ threads: 2, variant: lab.variant });
    expectSameBits((await pool.nystromformer(x, x, x, options)).data, lab.nystromformer(x, x, x, options).data);
    const { dk } = await pool.nystromformerBackward(x, x, x, x, options);
    expectSameBits(dk.data, lab.nystromformerBackward(x, x, x, x, options).dk.data);
    const { rows } = await pool.nystromFactors(x, x, { landmarks: 16 });
    expectSameBits(rows([3]).data, lab.nystromFactors(x, x, { landmarks: 16 }).rows([3]).data);
  });

  test("refusals", () => {
    const x = randomTensor(makeRandom(6), [8, 2]);
    const refused = (
      options: object,
      code: "TYPE" | "SHAPE" | "VALUE" | "RANGE" | "UNSUPPORTED",
      argument: string,
    ): void => {
      for (const operation of ["nystromformer", "nystromFactors"] as const) {
        if (operation === "nystromFactors" && argument === "convKernel") continue;
        const call = (): unknown =>
          operation === "nystromformer" ? lab.nystromformer(x, x, x, options) : lab.nystromFactors(x, x, options);
        expectRefusal(call, { code, operation, argument });
      }
    };
    refused({ causal: true }, "UNSUPPORTED", "causal");
    refused({ causal: "yes" }, "TYPE", "causal");
    refused({ landmarks: 0 }, "RANGE", "landmarks");
    refused({ landmarks: "64" }, "TYPE", "landmarks");
    refused({ inverse: "svd" }, "VALUE", "inverse");
    refused({ iterations: -1 }, "RANGE", "iterations");
    refused({ iterations: 1.5 }, "RANGE", "iterations");
    refused({ segments: "front" }, "VALUE", "segments");
    refused({ ridge: 0.1 }, "VALUE", "ridge");
    refused({ inverse: "ridge", ridge: -1 }, "RANGE", "ridge");
    refused({ scale: "entropy" }, "VALUE", "scale");
    refused({ scale: { kind: "log", n: "visible" } }, "VALUE", "scale");
    refused({ window: 3 }, "VALUE", "window");
    refused({ convKernel: lab.tensor([1, 2]) }, "SHAPE", "convKernel");
    refused({ convKernel: lab.tensor([1, 2, 3], [1, 3]) }, "SHAPE", "convKernel");
    refused({ convKernel: 3 }, "TYPE", "convKernel");
    lab.nystromformer(x, x, x, { causal: false, scale: { kind: "log", n: "global" } });
    lab.nystromformer(x, x, x, { scale: { kind: "entropy", n: 77 }, inverse: "ridge", ridge: 0.1, landmarks: 3 });
    const { rows } = lab.nystromFactors(x, x);
    expectRefusal(() => rows([8]), { code: "RANGE", operation: "nystromFactors.rows", argument: "indices" });
    expectRefusal(() => lab.nystromFactors(x, x, { convKernel: x } as object), {
      code: "VALUE",
      operation: "nystromFactors",
      argument: "convKernel",
    });
    const y = randomTensor(makeRandom(7), [9, 2]);
    expectRefusal(() => lab.nystromformer(x, y, y, { convKernel: lab.tensor([1, 2, 3]) }), {
      code: "SHAPE",
      operation: "nystromformer",
      argument: "convKernel",
    });
    expectRefusal(() => lab.nystromformerBackward(x, x, x, y), {
      code: "SHAPE",
      operation: "nystromformerBackward",
      argument: "dOutput",
    });
    expectRefusal(() => lab.nystromformerBackward(x, x, x, x, { gradients: ["bias"] } as object), {
      code: "VALUE",
      operation: "nystromformerBackward",
      argument: "gradients",
    });
  });
});
