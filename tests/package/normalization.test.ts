import type { Lab, LayerNormOptions, Tensor, TensorLike } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";
import { layerNormTwin, logSoftmaxTwin, rmsNormTwin, softmaxTwin } from "./twin/normalization.js";

const SIZES = [1, 2, 3, 7, 8, 15, 16, 17, 33, 65];

const drawShape = (random: () => number): number[] =>
  Array.from({ length: randomInt(random, 1, 4) }, () => pick(random, SIZES.slice(0, 7)));

/** A non-empty set of axes in any order, some of them counted from the end. */
function drawAxes(random: () => number, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter(() => random() < 0.5);
  const chosen = axes.length > 0 ? axes : [randomInt(random, 0, rank - 1)];
  return chosen.map((axis) => (random() < 0.5 ? axis - rank : axis)).sort(() => random() - 0.5);
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

/** Differences in units of the last place of the expected float32. */
function expectUlps(actual: Float32Array, expected: readonly number[], ulps: number): void {
  for (let i = 0; i < expected.length; i++) {
    const rounded = Math.fround(expected[i] ?? NaN);
    const ulp = 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(rounded) || 2 ** -126)) - 23);
    const off = Math.abs((actual[i] ?? NaN) - rounded) / ulp;
    if (!(off <= ulps)) throw new Error(`entry ${i} is ${actual[i]}, expected ${rounded}, ${off} ulp away`);
  }
}

describeBoth("random calls agree with the formulas in double", (lab: Lab) => {
  test.each(seeds)("softmax and logSoftmax, call %i", (seed) => {
    const random = makeRandom(seed);
    const x = randomTensor(random, drawShape(random), pick(random, [1, 10, 100]));
    x.data.forEach((_, i) => {
      if (random() < 0.05) x.data[i] = -Infinity;
    });
    const axis = randomInt(random, -x.shape.length, x.shape.length - 1);
    const temperature = pick(random, [1, 0.3, 7]);
    const before = x.data.slice();
    const p = lab.softmax(x, { axis, temperature });
    expect(p.shape).toEqual(x.shape);
    expectClose(p.data, softmaxTwin(x, axis, temperature), 1e-6);
    expectClose(lab.logSoftmax(x, { axis, temperature }).data, logSoftmaxTwin(x, axis, temperature), 2e-6);
    expectSameBits(x.data, before);
  });

  test.each(seeds)("layerNorm and rmsNorm, call %i", (seed) => {
    const random = makeRandom(1000 + seed);
    const x = randomTensor(random, drawShape(random), pick(random, [1e-3, 1, 1e4]));
    const axes = drawAxes(random, x.shape.length);
    const ascending = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)).sort((a, b) => a - b);
    const shape = ascending.map((axis) => x.shape[axis] ?? 1);
    const options: LayerNormOptions = { axis: axes.length === 1 && random() < 0.5 ? axes[0] : axes };
    if (random() < 0.5) options.gamma = randomTensor(random, shape);
    if (random() < 0.5) options.beta = randomTensor(random, shape);
    if (random() < 0.5) options.eps = pick(random, [0, 1e-12, 0.1]);
    const twin = { axes, ...(options as { gamma?: TensorLike; beta?: TensorLike; eps?: number }) };
    const center = random() < 0.7;
    // The last operations on a value of size 4 with gamma and beta: each within an ulp of what it adds.
    expectClose(lab.layerNorm(x, { ...options, center }).data, layerNormTwin(x, { ...twin, center }), 2.5e-7);
    expectClose(lab.rmsNorm(x, options).data, rmsNormTwin(x, twin), 2.5e-7);
    if (!options.gamma && !options.beta) {
      expectUlps(lab.layerNorm(x, { ...options, center }).data, layerNormTwin(x, { ...twin, center }), 1);
      expectUlps(lab.rmsNorm(x, options).data, rmsNormTwin(x, twin), 1);
    }
  });

  test("many rows go in chunks, whatever the axis", () => {
    const random = makeRandom(3);
    const x = randomTensor(random, [3, 700, 300]);
    for (const axis of [0, 1, 2]) {
      const held = lab.resident(x);
      const out = lab.resident(x.shape);
      try {
        const p = lab.softmax(x, { axis });
        expectClose(p.data, softmaxTwin(x, axis), 1e-6);
        lab.softmax(held, { axis, out });
        expectSameBits(out.view, p.data);
        expectSameBits(lab.softmax(held, { axis }).data, p.data);
      } finally {
        held.dispose();
        out.dispose();
      }
    }
  });
});

describeBoth("exact statements of the documentation", (lab: Lab) => {
  test("a row of -Infinity gives zeros, its logarithm -Infinity", () => {
    const x = lab.tensor([
      [-Infinity, -Infinity],
      [0, -Infinity],
    ]);
    expect(Array.from(lab.softmax(x).data)).toEqual([0, 0, 1, 0]);
    expect(Array.from(lab.logSoftmax(x).data)).toEqual([-Infinity, -Infinity, 0, -Infinity]);
    expect(Array.from(lab.softmax(lab.tensor([[-Infinity], [-Infinity]]), { axis: 0 }).data)).toEqual([0, 0]);
  });

  test("NaN spoils its own row and no other", () => {
    const x = lab.tensor([
      [1, NaN, 3],
      [1, 2, 3],
    ]);
    for (const operation of ["softmax", "logSoftmax", "layerNorm", "rmsNorm"] as const) {
      const { data } = lab[operation](x);
      expect(Array.from(data, Number.isNaN)).toEqual([true, true, true, false, false, false]);
      expect(Array.from(lab[operation](x, { axis: 0 }).data, Number.isNaN)).toEqual([
        false,
        true,
        false,
        false,
        true,
        false,
      ]);
    }
  });

  test("a constant slice gives exactly beta, at any offset and any eps", () => {
    const beta = lab.tensor([0.1, -7, 1e-30, 3e38, 0, 5, 6]);
    const gamma = lab.tensor([1, 2, 3, 4, 5, 6, 1e30]);
    for (const offset of [0, 1, -0.1, 1e8, 3.4e38, 1e-40, 16777217]) {
      for (const eps of [0, 1e-45, 1e-5, 1e10]) {
        const x = lab.tensor(new Float32Array(7).fill(offset), [7]);
        expectSameBits(lab.layerNorm(x, { gamma, beta, eps }).data, beta.data);
        expectSameBits(lab.layerNorm(x, { eps }).data, new Float32Array(7));
      }
    }
    const zero = lab.tensor(new Float32Array(7), [7]);
    expectSameBits(lab.rmsNorm(zero, { gamma, beta, eps: 0 }).data, beta.data);
    expectSameBits(lab.layerNorm(zero, { gamma, beta, eps: 0, center: false }).data, beta.data);
  });

  test("far from 0 nothing is lost", () => {
    const random = makeRandom(9);
    for (const offset of [1e4, 1e8, -1e12]) {
      const data = Float32Array.from({ length: 4096 }, () => offset * (1 + 1e-6 * random()));
      const x = { data, shape: [4096] };
      expectUlps(lab.layerNorm(x, { eps: 0 }).data, layerNormTwin(x, { eps: 0 }), 1);
    }
  });

  test("rows of 4096 are as exact as short ones", () => {
    const x = randomTensor(makeRandom(10), [3, 4096], 5);
    expectUlps(lab.layerNorm(x).data, layerNormTwin(x), 1);
    expectUlps(lab.rmsNorm(x).data, rmsNormTwin(x), 1);
    expectClose(lab.softmax(x).data, softmaxTwin(x), 1e-8);
  });

  test("layerNorm without center is rmsNorm", () => {
    const x = randomTensor(makeRandom(12), [5, 9]);
    expectSameBits(lab.layerNorm(x, { center: false }).data, lab.rmsNorm(x).data);
  });

  test("sizes may be 0", () => {
    for (const shape of [[0], [3, 0], [0, 3], [2, 0, 2 ** 40]]) {
      const x: Tensor = { data: new Float32Array(0), shape };
      for (const operation of ["softmax", "logSoftmax", "layerNorm", "rmsNorm"] as const) {
        for (let axis = -shape.length; axis < shape.length; axis++) {
          expect(lab[operation](x, { axis })).toEqual(x);
        }
      }
    }
    const gamma: Tensor = { data: new Float32Array(0), shape: [0] };
    expect(lab.layerNorm({ data: new Float32Array(0), shape: [3, 0] }, { gamma }).shape).toEqual([3, 0]);
  });
});

describeBoth("what they refuse", (lab: Lab) => {
  const x = lab.tensor(new Float32Array(24), [2, 3, 4]);
  type Case = [name: string, options: unknown, code: Expected["code"], argument: string];
  const call = (operation: string, ...args: unknown[]): unknown =>
    (lab as unknown as Record<string, (...args: unknown[]) => unknown>)[operation]?.(...args);

  const everywhere: Case[] = [
    ["options null", null, "TYPE", "options"],
    ["options a string", "axis", "TYPE", "options"],
    ["options an array", [], "TYPE", "options"],
    ["an unknown key", { axes: 1 }, "VALUE", "axes"],
    ["axis out of range", { axis: 3 }, "RANGE", "axis"],
    ["axis out of range from the end", { axis: -4 }, "RANGE", "axis"],
    ["axis fractional", { axis: 0.5 }, "RANGE", "axis"],
    ["axis NaN", { axis: NaN }, "RANGE", "axis"],
    ["axis a string", { axis: "1" }, "TYPE", "axis"],
    ["axis null", { axis: null }, "TYPE", "axis"],
    ["axis before an unknown key", { axis: 3, axes: 1 }, "VALUE", "axes"],
  ];
  const softmaxes: Case[] = [
    ["a list of axes", { axis: [0] }, "TYPE", "axis"],
    ["temperature 0", { temperature: 0 }, "RANGE", "temperature"],
    ["temperature negative", { temperature: -1 }, "RANGE", "temperature"],
    ["temperature NaN", { temperature: NaN }, "RANGE", "temperature"],
    ["temperature infinite", { temperature: Infinity }, "RANGE", "temperature"],
    ["temperature a string", { temperature: "1" }, "TYPE", "temperature"],
    ["temperature null", { temperature: null }, "TYPE", "temperature"],
    ["axis before temperature", { temperature: 0, axis: 9 }, "RANGE", "axis"],
    ["temperature before out", { temperature: 0, out: null }, "RANGE", "temperature"],
    ["an option of another operation", { eps: 1 }, "VALUE", "eps"],
  ];
  const norms: Case[] = [
    ["an axis twice", { axis: [1, 1] }, "VALUE", "axis"],
    ["an axis twice, once from the end", { axis: [1, -2] }, "VALUE", "axis"],
    ["no axis", { axis: [] }, "VALUE", "axis"],
    ["an axis of the list out of range", { axis: [0, 3] }, "RANGE", "axis"],
    ["an axis of the list that is no number", { axis: [0, "1"] }, "TYPE", "axis"],
    ["an axis of the list undefined", { axis: [undefined] }, "TYPE", "axis"],
    ["gamma of another length", { gamma: lab.tensor([1, 2, 3]) }, "SHAPE", "gamma"],
    ["gamma of another rank", { gamma: lab.tensor([[1, 2, 3, 4]]) }, "SHAPE", "gamma"],
    ["gamma an array", { gamma: [1, 2, 3, 4] }, "TYPE", "gamma"],
    ["gamma null", { gamma: null }, "TYPE", "gamma"],
    [
      "beta in descending order of axes",
      { axis: [2, 1], beta: lab.tensor(new Float32Array(12), [4, 3]) },
      "SHAPE",
      "beta",
    ],
    ["eps negative", { eps: -1e-9 }, "RANGE", "eps"],
    ["eps NaN", { eps: NaN }, "RANGE", "eps"],
    ["eps infinite", { eps: Infinity }, "RANGE", "eps"],
    ["eps a string", { eps: "0" }, "TYPE", "eps"],
    ["eps null", { eps: null }, "TYPE", "eps"],
    ["axis before gamma", { gamma: 1, axis: 5 }, "RANGE", "axis"],
    ["gamma before beta", { beta: 1, gamma: 1 }, "TYPE", "gamma"],
    ["beta before eps", { eps: -1, beta: 1 }, "TYPE", "beta"],
    ["eps before out", { out: 1, eps: -1 }, "RANGE", "eps"],
  ];

  const all = [
    ...["softmax", "logSoftmax"].flatMap((operation) =>
      [...everywhere, ...softmaxes].map((each) => [operation, ...each] as const),
    ),
    ...["layerNorm", "rmsNorm"].flatMap((operation) =>
      [...everywhere, ...norms].map((each) => [operation, ...each] as const),
    ),
    ["layerNorm", "center 1", { center: 1 }, "TYPE", "center"] as const,
    ["layerNorm", "center null", { center: null }, "TYPE", "center"] as const,
    ["layerNorm", "eps before center", { center: 1, eps: -1 }, "RANGE", "eps"] as const,
    ["rmsNorm", "center, which it does not know", { center: true }, "VALUE", "center"] as const,
  ];
  test.each(all)("%s: %s", (operation, _, options, code, argument) => {
    expectRefusal(() => call(operation, x, options), { code, operation, argument });
  });

  test.each(["softmax", "logSoftmax", "layerNorm", "rmsNorm"])("%s: rank 0, and x before the options", (operation) => {
    const single = { data: new Float32Array(1), shape: [] };
    expectRefusal(() => call(operation, single, 5), { code: "SHAPE", operation, argument: "x" });
    expectRefusal(() => call(operation, null, 5), { code: "TYPE", operation, argument: "x" });
    expectRefusal(() => call(operation), { code: "TYPE", operation, argument: "x" });
  });

  test("undefined counts as absent", () => {
    const absent = {
      axis: undefined,
      gamma: undefined,
      beta: undefined,
      eps: undefined,
      center: undefined,
      out: undefined,
    };
    expectSameBits(lab.layerNorm(x, absent).data, lab.layerNorm(x).data);
    expectSameBits(
      lab.softmax(x, { axis: undefined, temperature: undefined, out: undefined }).data,
      lab.softmax(x).data,
    );
  });
});
