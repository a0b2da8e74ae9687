import type { AnyTensor, EntropyResult, Lab, Resident, RowInput, Tensor } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { fixtureJson, numbers, type Word } from "./support/fixtures.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";

interface GoldenArray {
  shape: number[];
  data: Word[];
}

/** A case of tests/fixtures/golden/probability.json, computed by SciPy, PyTorch and entmax in double precision. */
interface GoldenCase {
  name: string;
  op: "entropy" | "sparsemax" | "entmax15" | "powerTransform" | "entropyNormalize";
  options: { axis?: number; input?: RowInput; exponent: number; entropy: number };
  inputs: Record<string, GoldenArray>;
  expected: Record<string, GoldenArray>;
}

const { cases } = fixtureJson("golden/probability.json") as { cases: GoldenCase[] };

const tensorOf = ({ shape, data }: GoldenArray): Tensor => ({ data: Float32Array.from(numbers(data)), shape });

function run(lab: Lab, { op, options, inputs }: GoldenCase): Record<string, Tensor> {
  const [x, g] = Object.values(inputs).map(tensorOf) as [Tensor, Tensor];
  const { axis, input, exponent, entropy } = options;
  switch (op) {
    case "entropy":
      return { output: lab.entropy(x, { axis, input }) };
    case "sparsemax":
      return { output: lab.sparsemax(x, { axis }), ...lab.sparsemaxBackward(x, g, { axis }) };
    case "entmax15":
      return { output: lab.entmax15(x, { axis }), ...lab.entmax15Backward(x, g, { axis }) };
    case "powerTransform": {
      const { dp, dexponent } = lab.powerTransformBackward(x, g, { axis, input, exponent });
      return { output: lab.powerTransform(x, { axis, input, exponent }), dp, dexponent: lab.tensor([dexponent], [1]) };
    }
    case "entropyNormalize": {
      const target = { axis, input, entropy };
      const r = lab.entropyNormalize(x, target);
      return { output: r.output, exponent: r.exponent, ...lab.entropyNormalizeBackward(x, g, target) };
    }
  }
}

describeBoth("golden values of probability", (lab: Lab) => {
  test.each(cases)("$name", (golden) => {
    const results = run(lab, golden);
    for (const [name, { data, shape }] of Object.entries(golden.expected)) {
      if (name !== "dexponent") expect(results[name]?.shape, name).toEqual(shape);
      expectClose(results[name]?.data ?? [], numbers(data), 5e-6);
    }
  });
});

describeBoth("entropy", (lab: Lab) => {
  test("the axis is gone from the shape, whatever it is", () => {
    const p = randomTensor(makeRandom(1), [2, 3, 5]);
    p.data.forEach((value, i) => (p.data[i] = Math.abs(value)));
    expect(lab.entropy(p).shape).toEqual([2, 3]);
    expect(lab.entropy(p, { axis: 0 }).shape).toEqual([3, 5]);
    expect(lab.entropy(p, { axis: -2 }).shape).toEqual([2, 5]);
    expect(lab.entropy(lab.tensor([1, 1])).shape).toEqual([]);
    expect(lab.entropy(lab.tensor([1, 1])).data[0]).toBe(Math.fround(Math.LN2));
  });

  test("rows that are no distribution give NaN, empty rows too, and nothing is thrown", () => {
    const p = lab.tensor([
      [1, NaN],
      [1, -1],
      [0, 0],
      [1, Infinity],
      [0, 3],
    ]);
    expect(Array.from(lab.entropy(p).data)).toEqual([NaN, NaN, NaN, NaN, 0]);
    const empty = lab.tensor([], [3, 0]);
    expect(Array.from(lab.entropy(empty).data)).toEqual([NaN, NaN, NaN]);
    expect(lab.entropy(lab.tensor([], [0, 3])).data.length).toBe(0);
    expect(lab.entropy(lab.tensor([], [0, 3]), { axis: 0 }).data).toEqual(new Float32Array([NaN, NaN, NaN]));
  });

  test("logits: the entropy of their softmax", () => {
    const x = randomTensor(makeRandom(2), [4, 33], 9);
    expectClose(lab.entropy(x, { input: "logits" }).data, lab.entropy(lab.softmax(x)).data, 2e-6);
  });

  test("out, plain and resident, on every axis", () => {
    const p = randomTensor(makeRandom(3), [3, 4, 5], 1);
    for (const axis of [0, 1, 2]) {
      const fresh = lab.entropy(p, { axis, input: "logits" });
      const held = lab.resident(p);
      const out: Resident = lab.resident(fresh.shape);
      const plain = lab.tensor(new Float32Array(fresh.data.length), fresh.shape);
      try {
        expect(lab.entropy(held, { axis, input: "logits", out })).toBe(out);
        expectSameBits(out.view, fresh.data);
        expect(lab.entropy(held, { axis, input: "logits", out: plain })).toBe(plain);
        expectSameBits(plain.data, fresh.data);
      } finally {
        held.dispose();
        out.dispose();
      }
    }
  });
});

describeBoth("sparse rows and power transform", (lab: Lab) => {
  const operations = {
    sparsemax: (x: AnyTensor, options: object) => lab.sparsemax(x, options),
    entmax15: (x: AnyTensor, options: object) => lab.entmax15(x, options),
    powerTransform: (x: AnyTensor, options: object) =>
      lab.powerTransform(x, { input: "logits", exponent: 1.7, ...options }),
  };

  test.each(Object.entries(operations))("%s: every axis, chunks, residents and out agree", (_name, operation) => {
    const x = randomTensor(makeRandom(4), [5, 300, 250]);
    for (const axis of [0, 1, 2]) {
      const fresh = operation(x, { axis });
      expect(fresh.shape).toEqual(x.shape);
      const held = lab.resident(x);
      const out = lab.resident(x.shape);
      try {
        expect(operation(held, { axis, out })).toBe(out);
        expectSameBits(out.view, fresh.data);
      } finally {
        held.dispose();
        out.dispose();
      }
    }
    const along = operation(lab.tensor([1, 2, 3, 5], [2, 2]), { axis: 0 });
    const across = operation(lab.tensor([1, 3, 2, 5], [2, 2]), { axis: 1 });
    expect([along.data[0], along.data[2], along.data[1], along.data[3]]).toEqual(Array.from(across.data));
  });

  test("sparsemax and entmax15: -Infinity, NaN, zeros", () => {
    const x = lab.tensor([
      [-Infinity, -Infinity],
      [NaN, 0],
      [-Infinity, 3],
    ]);
    expect(Array.from(lab.sparsemax(x).data)).toEqual([0, 0, NaN, NaN, 0, 1]);
    expect(Array.from(lab.entmax15(x).data)).toEqual([0, 0, NaN, NaN, 0, 1]);
  });

  test("powerTransform: zeros stay, exponent 0 is uniform on the support, negative ones turn the order around", () => {
    const p = lab.tensor([0, 1, 4]);
    expect(Array.from(lab.powerTransform(p, { exponent: 0 }).data)).toEqual([0, 0.5, 0.5]);
    expectClose(lab.powerTransform(p, { exponent: -0.5 }).data, [0, 2 / 3, 1 / 3], 1e-6);
    expectClose(lab.powerTransform(p, { exponent: 1 }).data, [0, 0.2, 0.8], 1e-7);
    expect(Array.from(lab.powerTransform(lab.tensor([0, -1]), { exponent: 1 }).data)).toEqual([NaN, NaN]);
  });

  test("powerTransform with the exponent of entropyNormalize is its output", () => {
    const x = randomTensor(makeRandom(5), [40], 3);
    const r: EntropyResult = lab.entropyNormalize(x, { entropy: 2, input: "logits" });
    const p = lab.powerTransform(x, { exponent: r.exponent.data[0] ?? 0, input: "logits" });
    expectClose(p.data, r.output.data, 1e-6);
  });
});

describeBoth("gradients of probability", (lab: Lab) => {
  const random = makeRandom(6);
  const x = randomTensor(random, [3, 4, 5]);
  const g = randomTensor(random, [3, 4, 5]);
  const forAxis = (axis: number) => ({
    sparsemaxBackward: lab.sparsemaxBackward(x, g, { axis }).dx,
    entmax15Backward: lab.entmax15Backward(x, g, { axis }).dx,
    powerTransformBackward: lab.powerTransformBackward(x, g, { axis, exponent: 2, input: "logits" }).dp,
    entropyNormalizeBackward: lab.entropyNormalizeBackward(x, g, { axis, entropy: 1, input: "logits" }).dx,
    entropyBackward: lab.entropyBackward(x, lab.entropy(x, { axis, input: "logits" }), { axis, input: "logits" }).dp,
  });

  test.each([0, 1, 2])("of a function of logits sum to 0 along axis %i", (axis) => {
    for (const gradient of Object.values(forAxis(axis))) {
      expect(gradient.shape).toEqual(x.shape);
      const perRow = new Map<string, number>();
      gradient.data.forEach((value, i) => {
        const at = [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5].filter((_, each) => each !== axis).join();
        perRow.set(at, (perRow.get(at) ?? 0) + value);
      });
      for (const sum of perRow.values()) expect(Math.abs(sum)).toBeLessThan(2e-6);
    }
  });

  test("powerTransformBackward sums dexponent over rows and chunks", () => {
    const large = randomTensor(random, [3000, 200]);
    const incoming = randomTensor(random, [3000, 200]);
    const options = { exponent: 1.3, input: "logits" } as const;
    const { dexponent } = lab.powerTransformBackward(large, incoming, options);
    const project = (exponent: number): number => {
      const { data } = lab.powerTransform(large, { ...options, exponent });
      return data.reduce((sum, value, i) => sum + value * (incoming.data[i] ?? 0), 0);
    };
    const slope = (project(1.31) - project(1.29)) / 0.02;
    expect(Math.abs(dexponent - slope)).toBeLessThan(1e-3 * Math.abs(slope) + 1e-2);
  });
});

describeBoth("what probability refuses", (lab: Lab) => {
  const p = lab.tensor([1, 2]);
  const any = lab as unknown as Record<string, (...args: unknown[]) => unknown>;
  const refused: [operation: string, args: unknown[], code: Expected["code"], argument: string][] = [
    ["entropy", [1], "TYPE", "p"],
    ["entropy", [lab.tensor([1], [])], "SHAPE", "p"],
    ["entropy", [p, { axis: 1 }], "RANGE", "axis"],
    ["entropy", [p, { input: "logit" }], "VALUE", "input"],
    ["entropy", [p, { input: 1 }], "TYPE", "input"],
    ["entropy", [p, { base: 2 }], "VALUE", "base"],
    ["entropy", [p, { out: lab.tensor([1]) }], "SHAPE", "out"],
    ["sparsemax", [p, { out: p }], "VALUE", "out"],
    ["entmax15", [p, { alpha: 1.5 }], "VALUE", "alpha"],
    ["sparsemax", ["p"], "TYPE", "x"],
    ["powerTransform", [p], "TYPE", "exponent"],
    ["powerTransform", [p, { exponent: NaN }], "RANGE", "exponent"],
    ["powerTransform", [p, { exponent: "2" }], "TYPE", "exponent"],
    ["powerTransform", [p, { exponent: 1, out: p }], "VALUE", "out"],
    ["entropyBackward", [p, p], "SHAPE", "dOutput"],
    ["sparsemaxBackward", [p, lab.tensor([1])], "SHAPE", "dOutput"],
    ["entmax15Backward", [p, undefined], "TYPE", "dOutput"],
    ["powerTransformBackward", [p, p, { exponent: 1, out: p }], "VALUE", "out"],
  ];
  test.each(refused)("%s %j", (operation, args, code, argument) => {
    expectRefusal(() => any[operation]?.(...args), { code, operation, argument });
  });
});
