/** `out` where an operation has several results: gradients above all. */
import type { Lab, Pool, Resident, Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectRefusal } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { openPool } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

type Results = Record<string, unknown>;
type Operation = (...args: unknown[]) => Results;

/** An operation, its tensors, its other options, and which of its results may have an `out`. */
interface Case {
  name: string;
  inputs: Tensor[];
  options: Results;
  results: string[];
}

const random = makeRandom(99);
const of = (...shape: number[]): Tensor => randomTensor(random, shape);
const positive = (...shape: number[]): Tensor => {
  const { data } = of(...shape);
  return { data: data.map((value) => Math.abs(value) + 0.1), shape };
};
const rows = of(2, 3, 5);
const [q, k, v] = [of(2, 2, 5, 4), of(2, 2, 7, 4), of(2, 2, 7, 3)] as const;
const dAttention = of(2, 2, 5, 3);
const same = [of(2, 2, 6, 4), of(2, 2, 6, 4), of(2, 2, 6, 3), of(2, 2, 6, 3)];
const THREE = ["dq", "dk", "dv"];
const AFFINE = ["dx", "dgamma", "dbeta"];

const cases: Case[] = [
  { name: "softmaxBackward", inputs: [rows, of(2, 3, 5)], options: {}, results: ["dx"] },
  { name: "softmaxBackward", inputs: [rows, of(2, 3, 5)], options: { axis: 1 }, results: ["dx"] },
  { name: "logSoftmaxBackward", inputs: [rows, of(2, 3, 5)], options: { temperature: 2 }, results: ["dx"] },
  { name: "logSumExpBackward", inputs: [rows, of(2, 3)], options: {}, results: ["dx"] },
  { name: "entropyBackward", inputs: [positive(4, 5), of(4)], options: {}, results: ["dp"] },
  { name: "sparsemaxBackward", inputs: [rows, of(2, 3, 5)], options: {}, results: ["dx"] },
  { name: "entmax15Backward", inputs: [rows, of(2, 3, 5)], options: {}, results: ["dx"] },
  { name: "powerTransformBackward", inputs: [positive(4, 5), of(4, 5)], options: { exponent: 2 }, results: ["dp"] },
  { name: "entropyNormalizeBackward", inputs: [positive(4, 9), of(4, 9)], options: { entropy: 1 }, results: ["dx"] },
  {
    name: "entropyNormalize",
    inputs: [positive(4, 9)],
    options: { entropy: of(4), axis: -1 },
    results: ["output", "exponent", "entropy"],
  },
  {
    name: "entropyNormalize",
    inputs: [positive(9, 4)],
    options: { entropy: 1.5, axis: 0, trace: true, outOfRange: "throw" },
    results: ["output", "exponent", "entropy"],
  },
  { name: "layerNormBackward", inputs: [rows, of(2, 3, 5)], options: { gamma: of(5), beta: of(5) }, results: AFFINE },
  {
    name: "rmsNormBackward",
    inputs: [rows, of(2, 3, 5)],
    options: { gamma: of(3), axis: 1 },
    results: AFFINE.slice(0, 2),
  },
  { name: "l2NormBackward", inputs: [rows, of(2, 3, 5)], options: {}, results: ["dx"] },
  { name: "batchNormBackward", inputs: [rows, of(2, 3, 5)], options: { gamma: of(3), beta: of(3) }, results: AFFINE },
  { name: "instanceNormBackward", inputs: [rows, of(2, 3, 5)], options: { beta: of(3) }, results: ["dx", "dbeta"] },
  {
    name: "groupNormBackward",
    inputs: [of(2, 4, 5), of(2, 4, 5)],
    options: { groups: 2, gamma: of(4) },
    results: ["dx", "dgamma"],
  },
  { name: "addLayerNorm", inputs: [rows, of(2, 3, 5)], options: { gamma: of(5) }, results: ["output", "sum"] },
  { name: "addRmsNorm", inputs: [rows, of(2, 3, 5)], options: {}, results: ["output", "sum"] },
  {
    name: "addLayerNormBackward",
    inputs: [rows, of(2, 3, 5), of(2, 3, 5)],
    options: { gamma: of(5), dSum: of(2, 3, 5) },
    results: ["dx", "df", "dgamma"],
  },
  { name: "addRmsNormBackward", inputs: [rows, of(2, 3, 5), of(2, 3, 5)], options: {}, results: ["dx", "df"] },
  { name: "matmulBackward", inputs: [of(3, 4, 5), of(5, 6), of(3, 4, 6)], options: {}, results: ["da", "db"] },
  {
    name: "attentionBackward",
    inputs: [q, k, v, dAttention],
    options: { bias: of(1, 1, 1, 7), gradients: ["q", "k", "v", "bias"] },
    results: [...THREE, "dbias"],
  },
  {
    name: "attentionBackward",
    inputs: [q, of(2, 1, 7, 4), of(2, 1, 7, 3), dAttention],
    options: { groupedHeads: true, gradients: ["k"] },
    results: ["dk"],
  },
  { name: "linearAttentionBackward", inputs: [q, k, v, dAttention], options: {}, results: THREE },
  { name: "performerBackward", inputs: [q, k, v, dAttention], options: { projection: of(8, 4) }, results: THREE },
  {
    name: "nystromformerBackward",
    inputs: same,
    options: { landmarks: 2, convKernel: of(2, 3), gradients: ["v", "convKernel"] },
    results: ["dv", "dconvKernel"],
  },
  {
    name: "sparseAttentionBackward",
    inputs: [q, of(2, 1, 7, 4), of(2, 1, 7, 3), dAttention],
    options: { window: 2, groupedHeads: true },
    results: THREE,
  },
];

const bodyOf = (owner: Lab | Pool, name: string): Operation =>
  (owner as unknown as Record<string, Operation>)[name] as Operation;
const like = ({ data, shape }: Tensor, fill = 9): Tensor => ({ data: new Float32Array(data.length).fill(fill), shape });

/** The tensors of some results. */
const tensorsOf = (results: Results, names: readonly string[]): [name: string, tensor: Tensor][] =>
  names.map((name) => [name, results[name] as Tensor]);

describeBoth("out of several results", (lab: Lab) => {
  test("is there for every gradient", () => {
    const gradients = Object.keys(lab).filter((name) => name.endsWith("Backward"));
    const tested = new Set(cases.map(({ name }) => name));
    expect(gradients.filter((name) => !tested.has(name))).toEqual([]);
  });

  describe.each(cases)("$name $results", ({ name, inputs, options, results }) => {
    const call = (out?: unknown, given = inputs): Results => bodyOf(lab, name)(...given, { ...options, out });
    const expected = tensorsOf(call(), results);
    const refused = (out: unknown, code: "DISPOSED" | "SHAPE" | "TYPE" | "VALUE", message = /out/): void => {
      expectRefusal(() => call(out), { code, operation: name, argument: "out", message });
    };

    test("plain tensors are filled with the same bits and returned", () => {
      const outs = Object.fromEntries(expected.map(([each, tensor]) => [each, like(tensor)]));
      const returned = call(outs);
      for (const [each, { data, shape }] of expected) {
        expect(returned[each]).toBe(outs[each]);
        expectSameBits((outs[each] as Tensor).data, data);
        expect(outs[each]?.shape).toEqual(shape);
      }
    });

    test("so are residents, from residents too, and the result has the same names as ever", () => {
      const outs = Object.fromEntries(expected.map(([each, { shape }]) => [each, lab.resident(shape)]));
      const held = inputs.map((input) => lab.resident(input));
      try {
        for (const given of [inputs, held as unknown as Tensor[]]) {
          for (const out of Object.values(outs)) out.view.fill(9);
          const returned = call(outs, given);
          expect(Object.keys(returned).sort()).toEqual(Object.keys(call()).sort());
          for (const [each, { data }] of expected) {
            expect(returned[each]).toBe(outs[each]);
            expectSameBits((outs[each] as Resident).view, data);
          }
        }
      } finally {
        for (const each of [...held, ...Object.values(outs)]) each.dispose();
      }
    });

    test("each may be given alone, the others are fresh", () => {
      for (const [each, tensor] of expected) {
        const out = like(tensor);
        const others = Object.fromEntries(results.map((other) => [other, undefined]));
        const returned = call({ ...others, [each]: out });
        expect(returned[each]).toBe(out);
        for (const [other, { data }] of expected) expectSameBits((returned[other] as Tensor).data, data);
      }
    });

    test("what does not fit is refused, and nothing is written", () => {
      const outs = expected.map(([each, tensor]) => [each, like(tensor)] as const);
      const all = Object.fromEntries(outs);
      const before = lab.memory();
      const disposed = lab.resident([1]);
      disposed.dispose();
      const copies = inputs.map(({ data }) => data.slice());
      for (const [each, { data, shape }] of outs) {
        const place = new RegExp(`out\\.${each}\\b`);
        for (const wrong of [5, "dx", null, [], data, { data: [...data], shape }])
          refused({ ...all, [each]: wrong }, "TYPE");
        refused({ ...all, [each]: { data, shape: [...shape, 1] } }, "SHAPE", place);
        refused({ ...all, [each]: { data: new Float32Array(data.length + 1), shape } }, "SHAPE", place);
        refused({ ...all, [each]: disposed }, "DISPOSED", place);
        // In an input's memory, as soon as that has a byte of it.
        const [first = like({ data, shape })] = inputs;
        const longer = new Float32Array(data.length + first.data.length - 1);
        longer.set(first.data);
        const overlapping = { data: longer.subarray(first.data.length - 1), shape };
        const moved = { ...first, data: longer.subarray(0, first.data.length) };
        expectRefusal(() => call({ ...all, [each]: overlapping }, [moved, ...inputs.slice(1)]), {
          code: "VALUE",
          operation: name,
          argument: "out",
          message: place,
        });
        expectSameBits(longer.subarray(0, first.data.length), first.data);
      }
      const [last, one] = [outs.at(-1), outs[0]];
      if (last && one && last !== one) {
        const both = new Float32Array(last[1].data.length + one[1].data.length - 1);
        const a = { data: both.subarray(0, one[1].data.length), shape: one[1].shape };
        const b = { data: both.subarray(one[1].data.length - 1), shape: last[1].shape };
        refused({ [one[0]]: a, [last[0]]: b }, "VALUE", new RegExp(`out\\.${last[0]}`));
        expect(both.every((value) => value === 0)).toBe(true);
      }
      refused({ ...all, dz: like(rows) }, "VALUE", /dz.*expected some of \{ /);
      refused({ ...all, constructor: like(rows) }, "VALUE");
      for (const missing of [...THREE, ...AFFINE].filter((each) => !results.includes(each))) {
        refused({ ...all, [missing]: like(rows) }, "VALUE");
      }
      // What the operations with one result take.
      for (const wrong of [5, "dx", true, [], like(rows), like(rows).data]) refused(wrong, "VALUE");
      refused(null, "TYPE");
      for (const [, { data }] of outs) expect(data.every((value) => value === 9)).toBe(true);
      inputs.forEach(({ data }, i) => expectSameBits(data, copies[i] as Float32Array));
      expect(lab.memory()).toEqual(before);
    });

    test("10,000 calls hold what 100 hold", () => {
      const outs = Object.fromEntries(expected.map(([each, { shape }]) => [each, lab.resident(shape)]));
      try {
        for (let i = 0; i < 100; i++) call(outs);
        const before = lab.memory();
        for (let i = 0; i < 9900; i++) call(outs);
        expect(lab.memory()).toEqual(before);
        for (const [each, { data }] of expected) expectSameBits((outs[each] as Resident).view, data);
      } finally {
        for (const each of Object.values(outs)) each.dispose();
      }
    });
  });

  test("what nothing is added to is zeros", () => {
    const [dgamma, db] = [like(of(5)), like(of(3, 4))];
    const empty = of(0, 5);
    lab.layerNormBackward(empty, empty, { gamma: of(5), out: { dgamma } });
    lab.matmulBackward(of(0, 2, 3), of(3, 4), of(0, 2, 4), { out: { db } });
    for (const { data } of [dgamma, db]) expect(Array.from(data)).toEqual(Array.from(data, () => 0));
  });

  test("many rows go in chunks, whatever the axis", () => {
    const [x, dOutput] = [of(3, 700, 300), of(3, 700, 300)];
    for (const axis of [0, 1, 2]) {
      const { dx } = lab.softmaxBackward(x, dOutput, { axis });
      const out = { dx: lab.resident(x.shape) };
      try {
        lab.softmaxBackward(x, dOutput, { axis, out });
        expectSameBits(out.dx.view, dx.data);
      } finally {
        out.dx.dispose();
      }
    }
  });

  test("entropyNormalize writes nothing where a target is refused", () => {
    const x = positive(3, 8);
    const [output, dx] = [like(x), like(x)];
    const options = { entropy: lab.tensor([1, 1, 9]), outOfRange: "throw" } as const;
    const expected = { code: "RANGE", argument: "entropy", message: /in row 2/ } as const;
    expectRefusal(() => lab.entropyNormalize(x, { ...options, out: { output } }), {
      operation: "entropyNormalize",
      ...expected,
    });
    expectRefusal(() => lab.entropyNormalizeBackward(x, x, { ...options, out: { dx } }), {
      operation: "entropyNormalizeBackward",
      ...expected,
    });
    for (const { data } of [output, dx]) expect(data.every((value) => value === 9)).toBe(true);
  });
});

test("a pool fills them too", async () => {
  const pool = await openPool({ threads: 2 });
  const held = await pool.resident([1]);
  held.dispose();
  for (const { name, inputs, options, results } of cases) {
    const call = (out?: unknown): Promise<Results> => bodyOf(pool, name)(...inputs, { ...options, out }) as never;
    const expected = tensorsOf(await call(), results);
    const outs = await Promise.all(
      expected.map(
        async ([each, tensor], i) => [each, i % 2 ? like(tensor) : await pool.resident(tensor.shape)] as const,
      ),
    );
    const returned = await call(Object.fromEntries(outs));
    expected.forEach(([each, { data }], i) => {
      const out = outs[i]?.[1] as Tensor & Resident;
      expect(returned[each]).toBe(out);
      expectSameBits(i % 2 ? out.data : out.view, data);
      if (i % 2 === 0) out.dispose();
    });
  }
});

test("a pool fills them where a call is cut", async () => {
  const pool = await openPool({ threads: 2 });
  const x = of(4096, 256);
  const dx = like(x);
  const expected = await pool.softmaxBackward(x, x);
  expect(await pool.softmaxBackward(x, x, { out: { dx } })).toEqual({ dx });
  expectSameBits(dx.data, expected.dx.data);
});
