import type { Lab, PerformerOptions, Tensor, TensorLike } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal } from "./support/errors.js";
import { fixtureJson } from "./support/fixtures.js";
import { describeBoth, variants } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";
import { load } from "attnlab";

interface GoldenArray {
  shape: number[];
  data: number[];
}

/** A call of performer-pytorch in double precision; tests/fixtures/golden/make_performer.py. */
interface GoldenCase {
  name: string;
  op: "performer" | "linearAttention";
  options: PerformerOptions;
  q: GoldenArray;
  k: GoldenArray;
  v: GoldenArray;
  projection?: GoldenArray;
  output: GoldenArray;
  dOutput?: GoldenArray;
  dq?: GoldenArray;
  dk?: GoldenArray;
  dv?: GoldenArray;
}

interface Defect extends Omit<GoldenCase, "op" | "output"> {
  projection: GoldenArray;
  mask?: number[];
  reference: GoldenArray;
  formula: GoldenArray;
}

const golden = fixtureJson("golden/performer.json") as { qr: number; cases: GoldenCase[]; defects: Defect[] };

const tensorOf = ({ shape, data }: GoldenArray): Tensor => ({ data: Float32Array.from(data), shape });

const largestDifference = (a: TensorLike, b: { data: ArrayLike<number> }): number =>
  a.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b.data[i] ?? NaN))), 0);

describeBoth("performer and linearAttention against performer-pytorch", (lab: Lab) => {
  test.each(golden.cases)("$name", ({ op, options, q, k, v, projection, output, dOutput, dq, dk, dv }) => {
    const all = { ...options, ...(projection && { projection: tensorOf(projection) }) };
    const inputs = [tensorOf(q), tensorOf(k), tensorOf(v)] as const;
    expectClose(lab[op](...inputs, all).data, output.data, 3e-6);
    if (!dOutput || !dq || !dk || !dv) return;
    const backward = op === "performer" ? lab.performerBackward : lab.linearAttentionBackward;
    const gradients = backward(...inputs, tensorOf(dOutput), all);
    expectClose(gradients.dq.data, dq.data, 5e-6);
    expectClose(gradients.dk.data, dk.data, 5e-6);
    expectClose(gradients.dv.data, dv.data, 5e-6);
  });

  test.each(golden.defects)("$name: the reference is far off, we are not", (defect) => {
    const [q, k, v] = [tensorOf(defect.q), tensorOf(defect.k), tensorOf(defect.v)];
    const options = {
      projection: tensorOf(defect.projection),
      ...(defect.mask && { mask: Uint8Array.from(defect.mask) }),
    };
    const exact = lab.performer(q, k, v, options);
    expect(largestDifference(exact, defect.formula)).toBeLessThan(2e-5);
    expect(largestDifference(exact, defect.reference)).toBeGreaterThan(0.1);
    // With its eps we are as wrong as it is.
    if (defect.options.eps !== undefined) {
      const literal = lab.performer(q, k, v, { ...options, ...defect.options });
      expect(largestDifference(literal, defect.reference)).toBeLessThan(2e-5);
    }
  });

  test("directions of the reference are biased by their QR, ours are not", () => {
    expect(golden.qr).toBeLessThan(0.87);
    const x = lab.tensor(new Float32Array(8).fill(0.4 / Math.sqrt(8)), [1, 8]);
    const frames = 4000;
    let total = 0;
    for (let seed = 0; seed < frames; ++seed) {
      total += lab.performerKernel(x, x, { features: 8, scale: 1, seed }).data[0] ?? NaN;
    }
    expect(Math.abs(total / frames / Math.exp(0.16) - 1)).toBeLessThan(0.02);
  });
});

describeBoth("performer", (lab: Lab) => {
  const random = makeRandom(3);
  const [q, k, v] = [
    randomTensor(random, [2, 3, 20, 8]),
    randomTensor(random, [2, 3, 20, 8]),
    randomTensor(random, [2, 3, 20, 5]),
  ];

  test("golden values for fixed directions", () => {
    const projection = lab.tensor([
      [1, 0],
      [0, 1],
      [-1, 2],
    ]);
    const queries = lab.tensor([
      [0.5, -0.5],
      [0, 1],
    ]);
    const keys = lab.tensor([
      [0.2, 0.1],
      [-0.3, 0.4],
      [1, 1],
    ]);
    const values = lab.tensor([
      [1, 0],
      [0, 1],
      [2, -1],
    ]);
    const result = lab.performer(queries, keys, values, { projection, scale: 1 });
    expectClose(result.data, [1.0013398453, -0.0013398453, 0.7251296779, 0.2748703221], 1e-6);
  });

  test("a projection passed on gives the bits of the options that drew it", () => {
    for (const norms of ["chi", "sqrt-d", "quantile", "stratified"] as const) {
      const draw = { features: 21, orthogonal: norms !== "chi", norms, seed: 2n ** 63n + 5n };
      const projection = lab.performerProjection(8, draw);
      expect(projection.shape).toEqual([21, 8]);
      expectSameBits(lab.performer(q, k, v, { projection }).data, lab.performer(q, k, v, draw).data);
      expectSameBits(lab.performerKernel(q, k, { projection }).data, lab.performerKernel(q, k, draw).data);
    }
    expect(lab.performerProjection(8).shape).toEqual([32, 8]);
    const regularized = lab.performer(q, k, v, { estimator: "regularized", seed: 4 });
    expectSameBits(regularized.data, lab.performer(q, k, v, { norms: "sqrt-d", seed: 4 }).data);
  });

  test("all bits of the seed count, and equal values draw equal numbers", () => {
    const of = (seed: number | bigint): Float32Array => lab.performerProjection(4, { seed }).data;
    expectSameBits(of(7), of(7n));
    expectSameBits(of(2 ** 53 - 1), of(2n ** 53n - 1n));
    for (const other of [7n + 2n ** 32n, 7n + 2n ** 63n, 8]) expect(of(other)).not.toEqual(of(7));
  });

  test("is the ratio of its own kernel", () => {
    for (const estimator of ["positive", "hyperbolic", "relu", "regularized"] as const) {
      for (const causal of [false, true]) {
        const mask = Uint8Array.from({ length: 20 }, (_, j) => (j % 3 === 1 ? 0 : 1));
        const options = { estimator, seed: 9, features: 30 };
        const kernel = lab.performerKernel(q, k, options);
        const result = lab.performer(q, k, v, { ...options, causal, mask });
        const expected = Array.from({ length: result.data.length }, (_, e) => {
          const [matrix, i, c] = [Math.floor(e / 100), Math.floor(e / 5) % 20, e % 5];
          let [numerator, denominator] = [0, 0];
          for (let j = 0; j < (causal ? i + 1 : 20); ++j) {
            const weight = (mask[j] ?? 0) * (kernel.data[(matrix * 20 + i) * 20 + j] ?? NaN);
            numerator += weight * (v.data[(matrix * 20 + j) * 5 + c] ?? NaN);
            denominator += weight;
          }
          return denominator === 0 ? 0 : numerator / denominator;
        });
        expectClose(result.data, expected, 2e-5);
      }
    }
  });

  test("residents and out give the same bits", () => {
    const expected = lab.performer(q, k, v, { causal: true });
    const held = lab.resident(k);
    const out = lab.resident([2, 3, 20, 5]);
    try {
      const result = lab.performer(q, held, v, { causal: true, out });
      expect(result).toBe(out);
      expectSameBits(out.view, expected.data);
      const projection = lab.resident(lab.performerProjection(8));
      expectSameBits(lab.performer(q, held, v, { causal: true, projection }).data, expected.data);
      projection.dispose();
    } finally {
      held.dispose();
      out.dispose();
    }
  });

  test("variance: golden values, UNSUPPORTED for the others", () => {
    const [x, y] = [lab.tensor([[0.6, 0]]), lab.tensor([[0.3, 0.4]])];
    const of = (estimator: "positive" | "hyperbolic" | "trigonometric"): number =>
      lab.performerVariance(x, y, { estimator, features: 1, scale: 1 }).data[0] ?? NaN;
    expect(of("positive")).toBeCloseTo(2.347713973, 6);
    expect(of("hyperbolic")).toBeCloseTo(0.7288677138, 6);
    expect(of("trigonometric")).toBeCloseTo(0.0450253201, 7);
    for (const estimator of ["relu", "regularized"] as const) {
      expectRefusal(() => lab.performerVariance(x, y, { estimator }), {
        code: "UNSUPPORTED",
        operation: "performerVariance",
        argument: "estimator",
      });
    }
  });

  test("what is refused", () => {
    const projection = lab.performerProjection(8);
    const short = randomTensor(random, [2, 3, 19, 8]);
    const refused = (options: object, code: "VALUE" | "RANGE" | "TYPE" | "SHAPE", argument: string): void => {
      expectRefusal(() => lab.performer(q, k, v, options), { code, operation: "performer", argument });
    };
    for (const beside of [{ seed: 0 }, { features: 4 }, { orthogonal: true }, { norms: "chi" }]) {
      refused({ projection, ...beside }, "VALUE", Object.keys(beside)[0] ?? "");
    }
    refused({ projection: lab.tensor([[1, 2]]) }, "SHAPE", "projection");
    const square = randomTensor(random, [8, 8]);
    const out = lab.resident(square);
    expectRefusal(() => lab.performer(square, square, square, { projection: out, out }), {
      code: "VALUE",
      operation: "performer",
      argument: "out",
    });
    expectRefusal(() => lab.performerKernel(square, square, { projection: out, out }), {
      code: "VALUE",
      operation: "performerKernel",
      argument: "out",
    });
    out.dispose();
    refused({ features: 0 }, "RANGE", "features");
    refused({ features: 1.5 }, "RANGE", "features");
    refused({ seed: -1 }, "RANGE", "seed");
    refused({ seed: 2n ** 64n }, "RANGE", "seed");
    refused({ seed: "1" }, "TYPE", "seed");
    refused({ scale: 0 }, "RANGE", "scale");
    refused({ scale: -1 }, "RANGE", "scale");
    refused({ scale: "entropy" }, "VALUE", "scale");
    refused({ eps: -1 }, "RANGE", "eps");
    refused({ eps: 1e-3, causal: true }, "VALUE", "eps");
    refused({ eps: 1e-3, estimator: "trigonometric" }, "VALUE", "eps");
    refused({ estimator: "cosine" }, "VALUE", "estimator");
    refused({ feature: 3 }, "VALUE", "feature");
    refused({ orthogonal: 1 }, "TYPE", "orthogonal");
    expectRefusal(() => lab.performer(q, short, randomTensor(random, [2, 3, 19, 5]), { causal: true }), {
      code: "SHAPE",
      operation: "performer",
      argument: "k",
    });
    expectRefusal(() => lab.performerProjection(0), { code: "RANGE", operation: "performerProjection", argument: "d" });
    expectRefusal(() => lab.performerKernel(q, lab.tensor([[1, 2]])), {
      code: "SHAPE",
      operation: "performerKernel",
      argument: "y",
    });
    const scale = { kind: "entropy", n: "global" } as const;
    expect(lab.performer(q, k, v, { scale }).shape).toEqual([2, 3, 20, 5]);
  });

  test("gradients that are not asked for are not given", () => {
    const gradients = lab.performerBackward(q, k, v, v, { gradients: ["v"] });
    expect(Object.keys(gradients)).toEqual(["dv"]);
    expect(gradients.dv.shape).toEqual(v.shape);
  });
});

describeBoth("linearAttention", (lab: Lab) => {
  test("full attention across lengths; the last causal row is the last full one", () => {
    const random = makeRandom(8);
    const x = randomTensor(random, [2, 70, 6]);
    const v = randomTensor(random, [2, 70, 4]);
    const query = randomTensor(random, [2, 3, 6]);
    for (const featureMap of ["elu", "relu", "exp", "softmax", "cosine"] as const) {
      expect(lab.linearAttention(query, x, v, { featureMap }).shape).toEqual([2, 3, 4]);
      const full = lab.linearAttention(x, x, v, { featureMap }).data;
      const causal = lab.linearAttention(x, x, v, { featureMap, causal: true }).data;
      const lastRows = (data: Float32Array): number[] => [...data.slice(276, 280), ...data.slice(556, 560)];
      expectClose(Float32Array.from(lastRows(causal)), lastRows(full), 3e-6);
    }
  });

  test("no keys, no queries, no channels", () => {
    const zeros = (...shape: number[]): Tensor => ({
      data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
      shape,
    });
    expect(lab.linearAttention(zeros(2, 3), zeros(0, 3), zeros(0, 4)).data).toEqual(new Float32Array(8));
    expect(lab.linearAttention(zeros(0, 3), zeros(5, 3), zeros(5, 4)).shape).toEqual([0, 4]);
    expect(lab.linearAttention(zeros(2, 3), zeros(5, 3), zeros(5, 0)).shape).toEqual([2, 0]);
    const { dq, dk, dv } = lab.linearAttentionBackward(zeros(0, 3), zeros(5, 3), zeros(5, 2), zeros(0, 2));
    expect([dq.shape, dk.shape, dv.shape]).toEqual([
      [0, 3],
      [5, 3],
      [5, 2],
    ]);
    expect(dk.data.every((value) => value === 0)).toBe(true);
  });
});

test("projections are the same bits in both builds", async () => {
  const labs = await Promise.all(variants.map((variant) => load({ variant })));
  for (const norms of ["chi", "sqrt-d", "quantile", "stratified"] as const) {
    for (const orthogonal of [true, false]) {
      const [first, second] = labs.map((lab) =>
        lab.performerProjection(40, { norms, orthogonal, features: 130, seed: 6 }),
      );
      expectSameBits(first?.data ?? new Float32Array(), second?.data ?? new Float32Array(1));
    }
  }
});

test("65,536 tokens and 8 heads stay below 256 MB", async () => {
  const lab = await load({ variant: "relaxed" });
  // One head's entries for all: only the memory counts here.
  const shape = [8, 65536, 64];
  const x: Tensor = { data: new Float32Array(8 * 65536 * 64).fill(0.1), shape };
  const y = lab.performer(x, x, x, { features: 16 });
  expect(y.data[y.data.length - 1]).toBeCloseTo(0.1, 5);
  expect(lab.memory().bytes).toBeLessThan(256e6);
}, 60_000);
