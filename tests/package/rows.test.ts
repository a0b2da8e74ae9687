import type { Lab, Tensor, TensorLike } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";
import { layerNormTwin, logSoftmaxTwin, overSlices, softmaxTwin } from "./twin/normalization.js";

type Operation = (...args: unknown[]) => unknown;
const operation = (lab: Lab, name: string): Operation =>
  (lab as unknown as Record<string, Operation>)[name] as Operation;

const NORMS = ["layerNorm", "rmsNorm", "l2Norm", "batchNorm", "instanceNorm", "groupNorm"] as const;
const SOFTMAXES = ["softmax", "logSoftmax", "logSumExp"] as const;

/** The entries of a gradient that must be there. */
const entries = (gradient: Tensor | undefined): Float32Array => gradient?.data ?? expect.fail("no gradient");

/** Options without which an operation cannot be called. */
const needed = (name: string): object => (name.startsWith("groupNorm") ? { groups: 2 } : {});

/** d loss / dx by central differences, where loss is the sum of f(x) times weights; f works in double. */
function differences(f: (x: TensorLike) => number[], x: TensorLike, weights: TensorLike): number[] {
  const wide = Float64Array.from(x.data);
  const at = { data: wide as unknown as Float32Array, shape: x.shape };
  const loss = (): number => f(at).reduce((sum, value, i) => sum + value * (weights.data[i] ?? NaN), 0);
  const step = 1e-5;
  return Array.from(wide, (value, i) => {
    wide[i] = value + step;
    const above = loss();
    wide[i] = value - step;
    const below = loss();
    wide[i] = value;
    return (above - below) / (2 * step);
  });
}

const logSumExpTwin = (x: TensorLike, axis: number, temperature: number): number[] => {
  const sums: number[] = [];
  overSlices(x, [axis], (slice) => {
    sums.push(Math.log(slice.reduce((sum, value) => sum + Math.exp(value / temperature), 0)));
    return slice;
  });
  return sums;
};

const l2Twin = (x: TensorLike, axes: readonly number[], eps: number): number[] =>
  overSlices(x, axes, (slice) => {
    const root = Math.sqrt(slice.reduce((sum, value) => sum + value ** 2, eps));
    return slice.map((value) => value / root);
  });

describeBoth("gradients against differences in double", (lab) => {
  const random = makeRandom(71);
  const x = randomTensor(random, [3, 4, 5, 6]);
  const dOutput = randomTensor(random, [3, 4, 5, 6]);

  test.each([0, 1, 2, 3])("softmax and its siblings along axis %i", (axis) => {
    const options = { axis, temperature: 0.7 };
    const soft = differences((at) => softmaxTwin(at, axis, 0.7), x, dOutput);
    expectClose(lab.softmaxBackward(x, dOutput, options).dx.data, soft, 3e-6);
    const log = differences((at) => logSoftmaxTwin(at, axis, 0.7), x, dOutput);
    expectClose(lab.logSoftmaxBackward(x, dOutput, options).dx.data, log, 3e-6);
    const shape = x.shape.filter((_, i) => i !== axis);
    const dSum = randomTensor(random, shape);
    const sum = differences((at) => logSumExpTwin(at, axis, 0.7), x, dSum);
    expectClose(lab.logSumExpBackward(x, dSum, options).dx.data, sum, 3e-6);
  });

  test.each([[[0]], [[1]], [[3]], [[0, 2]], [[1, 2]], [[0, 3]], [[0, 1, 2, 3]]])("norms along axes %j", (axes) => {
    const gamma = randomTensor(
      random,
      axes.map((axis) => x.shape[axis] ?? 1),
    );
    const options = { axis: axes, gamma, eps: 0.01 };
    for (const center of [true, false]) {
      const expected = differences((at) => layerNormTwin(at, { axes, gamma, eps: 0.01, center }), x, dOutput);
      expectClose(lab.layerNormBackward(x, dOutput, { ...options, center }).dx.data, expected, 3e-6);
      if (!center) expectClose(lab.rmsNormBackward(x, dOutput, options).dx.data, expected, 3e-6);
    }
    const l2 = differences((at) => l2Twin(at, axes, 0.01), x, dOutput);
    expectClose(lab.l2NormBackward(x, dOutput, { axis: axes, eps: 0.01 }).dx.data, l2, 3e-6);
  });

  test.each([0, 1, 2, 3])("batchNorm, channels on axis %i", (channelAxis) => {
    const axes = [0, 1, 2, 3].filter((axis) => axis !== channelAxis);
    const expected = differences((at) => layerNormTwin(at, { axes }), x, dOutput);
    expectClose(lab.batchNormBackward(x, dOutput, { channelAxis }).dx.data, expected, 3e-6);
    expectClose(lab.batchNorm(x, { channelAxis }).data, layerNormTwin(x, { axes }), 1e-6);
  });

  test.each([1, 2, 3])("instanceNorm, channels on axis %i", (channelAxis) => {
    const axes = [1, 2, 3].filter((axis) => axis !== channelAxis);
    const expected = differences((at) => layerNormTwin(at, { axes }), x, dOutput);
    expectClose(lab.instanceNormBackward(x, dOutput, { channelAxis }).dx.data, expected, 3e-6);
    expectClose(lab.instanceNorm(x, { channelAxis }).data, layerNormTwin(x, { axes }), 1e-6);
  });
});

describeBoth("row operations on tensors of every kind", (lab) => {
  const random = makeRandom(72);

  test("residents, plain tensors and out give the same bits, in many parts too", () => {
    const shape = [700, 3, 300];
    const [x, g] = [randomTensor(random, shape), randomTensor(random, shape)];
    const gamma = randomTensor(random, [300]);
    const [rx, rg, rOut] = [lab.resident(x), lab.resident(g), lab.resident(shape)];
    try {
      for (const axis of [0, 1, 2]) {
        expectSameBits(lab.softmax(rx, { axis, out: rOut }).tensor().data, lab.softmax(x, { axis }).data);
        expectSameBits(lab.logSumExp(rx, { axis }).data, lab.logSumExp(x, { axis }).data);
        expectSameBits(lab.softmaxBackward(rx, rg, { axis }).dx.data, lab.softmaxBackward(x, g, { axis }).dx.data);
        expectSameBits(lab.rmsNorm(rx, { axis, out: rOut }).tensor().data, lab.rmsNorm(x, { axis }).data);
      }
      const resident = lab.layerNormBackward(rx, rg, { gamma, beta: gamma });
      const plain = lab.layerNormBackward(x, g, { gamma, beta: gamma });
      expectSameBits(resident.dx.data, plain.dx.data);
      expectSameBits(entries(resident.dgamma), entries(plain.dgamma));
      expectSameBits(entries(resident.dbeta), entries(plain.dbeta));
      const { output, sum } = lab.addLayerNorm(rx, g, { gamma });
      expectSameBits(
        sum.data,
        x.data.map((value, i) => Math.fround(value + (g.data[i] ?? NaN))),
      );
      expectSameBits(output.data, lab.layerNorm(sum, { gamma }).data);
      const channels = { gamma: randomTensor(random, [3]), groups: 3 };
      expectSameBits(lab.groupNorm(rx, channels).data, lab.groupNorm(x, channels).data);
      const both = [lab.groupNormBackward(rx, g, channels), lab.groupNormBackward(x, g, channels)] as const;
      expectSameBits(entries(both[0].dgamma), entries(both[1].dgamma));
    } finally {
      for (const resident of [rx, rg, rOut]) resident.dispose();
    }
  });

  test.each([[[0, 3]], [[3, 0]], [[0]], [[2, 0, 3]]])("shape %j", (shape) => {
    const x = { data: new Float32Array(0), shape };
    for (const name of ["layerNorm", "rmsNorm", "l2Norm", "softmax", "logSoftmax"]) {
      expect((operation(lab, name)(x) as Tensor).shape).toEqual(shape);
      expect((operation(lab, `${name}Backward`)(x, x) as { dx: Tensor }).dx.shape).toEqual(shape);
    }
    const sums = lab.logSumExp(x);
    expect(sums.shape).toEqual(shape.slice(0, -1));
    expect(sums.data.every((value) => value === -Infinity)).toBe(true);
    const beta = { data: new Float32Array(shape.at(-1) ?? 0), shape: shape.slice(-1) };
    expect(Array.from(entries(lab.layerNormBackward(x, x, { beta }).dbeta))).toEqual(Array.from(beta.data));
    // Something is left in the memory; without rows, the gradients of gamma and beta are 0 along any axis.
    lab.layerNorm(randomTensor(random, [40]));
    shape.forEach((size, axis) => {
      const zeros = { data: new Float32Array(size), shape: [size] };
      const { dgamma, dbeta } = lab.layerNormBackward(x, x, { axis, gamma: zeros, beta: zeros });
      expectSameBits(entries(dgamma), zeros.data);
      expectSameBits(entries(dbeta), zeros.data);
    });
  });

  test("an entry that equals the mean gives exactly beta", () => {
    const x = lab.tensor([10, 20, 30, 40, 50, 1e8, 1e8 + 16, 1e8 + 8, 1e8 + 24, 1e8 - 8], [2, 5]);
    const [y, shifted] = [lab.layerNorm(x).data, lab.layerNorm(x, { beta: lab.tensor([0, 0, 5, 0, 0]) }).data];
    expect([y[2], y[7], shifted[2], shifted[7]]).toEqual([0, 0, 5, 5]);
    const [mean, variance] = [lab.tensor([1e8, 0.1]), lab.tensor([0.7, 0.3])];
    expect(Array.from(lab.batchNorm({ data: mean.data, shape: [1, 2] }, { mean, variance }).data)).toEqual([0, 0]);
  });

  test("group norm of all channels in one group is layer norm, of each in its own instance norm", () => {
    const x = randomTensor(random, [2, 6, 5, 3]);
    expectSameBits(lab.groupNorm(x, { groups: 1 }).data, lab.layerNorm(x, { axis: [1, 2, 3] }).data);
    expectSameBits(lab.groupNorm(x, { groups: 6 }).data, lab.instanceNorm(x).data);
  });

  test("batch norm by the statistics of the batch is batch norm", () => {
    const x = randomTensor(random, [7, 4, 9]);
    const { mean, variance } = lab.batchStatistics(x);
    expectClose(lab.batchNorm(x, { mean, variance }).data, lab.batchNorm(x).data, 1e-6);
    expectClose(mean.data, lab.batchStatistics(x, { runningMean: mean, momentum: 0 }).runningMean.data, 0);
  });

  test("batchStatistics: defaults, and what is given stays as it is", () => {
    const x = lab.tensor([
      [1, 10],
      [3, 30],
      [8, 20],
    ]);
    const runningMean = lab.tensor([1, 2]);
    const { mean, variance, runningMean: next, runningVariance } = lab.batchStatistics(x, { runningMean });
    expectClose(mean.data, [4, 20], 1e-7);
    expectClose(variance.data, [26 / 3, 200 / 3], 1e-7);
    expectClose(next.data, [1.3, 3.8], 1e-7);
    expectClose(runningVariance.data, [0.9 + 1.3, 0.9 + 10], 1e-7);
    expect(Array.from(runningMean.data)).toEqual([1, 2]);
    expect(Array.from(lab.batchStatistics(lab.tensor([5, 6]), { channelAxis: 0 }).variance.data)).toEqual([0, 0]);
  });

  test("hard slices: offsets of 1e8, magnitudes of 1e30, constants, NaN", () => {
    const x = randomTensor(random, [4, 129], 50);
    const far = { ...x, data: x.data.map((value) => value + 1e8) };
    const huge = { ...x, data: x.data.map((value) => value * 1e30) };
    for (const axis of [0, 1]) {
      for (const hard of [far, huge]) {
        const expected = layerNormTwin(hard, { axes: [axis] });
        expectClose(lab.layerNorm(hard, { axis }).data, expected, 1.2e-7);
        expectClose(lab.batchNorm(hard, { channelAxis: 1 - axis }).data, expected, 1.2e-7);
      }
    }
    const flat = { data: new Float32Array(6).fill(1e8 + 8), shape: [2, 3] };
    const beta = lab.tensor([1, 2, 3]);
    expect(Array.from(lab.layerNorm(flat, { beta, eps: 0 }).data)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(Array.from(lab.batchNorm(flat, { beta, eps: 0 }).data)).toEqual([1, 2, 3, 1, 2, 3]);
    flat.data[1] = NaN;
    expect(Array.from(lab.batchNorm(flat, { beta }).data)).toEqual([1, NaN, 3, 1, NaN, 3]);
    expect(Array.from(lab.l2Norm({ data: new Float32Array(2), shape: [2] }).data)).toEqual([0, 0]);
  });
});

describeBoth("row operations refuse", (lab) => {
  const x = lab.tensor(new Float32Array(24), [2, 4, 3]);
  const call = (name: string, ...args: unknown[]): unknown => operation(lab, name)(...args);

  describe.each([...SOFTMAXES, ...NORMS])("%sBackward", (forward) => {
    const name = `${forward}Backward`;
    const options = needed(name);
    const fault = (argument: string, code: "SHAPE" | "TYPE" | "VALUE" | "RANGE") => ({
      operation: name,
      argument,
      code,
    });
    test("a dOutput that is none or has another shape, and out", () => {
      expectRefusal(() => call(name, x, undefined, options), fault("dOutput", "TYPE"));
      expectRefusal(() => call(name, x, lab.tensor([1]), options), fault("dOutput", "SHAPE"));
      const dOutput = forward === "logSumExp" ? lab.tensor(new Float32Array(8), [2, 4]) : x;
      expectRefusal(() => call(name, x, dOutput, 5), fault("options", "TYPE"));
      expectRefusal(() => call(name, x, dOutput, { ...options, out: x }), fault("out", "VALUE"));
      expectRefusal(() => call(name, x, dOutput, { ...options, typo: 1 }), fault("typo", "VALUE"));
    });
  });

  test.each([
    ["batchNorm", { channelAxis: 3 }, "RANGE", "channelAxis"],
    ["batchNorm", { channelAxis: "1" }, "TYPE", "channelAxis"],
    ["batchNorm", { channelAxis: null }, "TYPE", "channelAxis"],
    ["batchNorm", { axis: 1 }, "VALUE", "axis"],
    ["batchNorm", { gamma: [1] }, "TYPE", "gamma"],
    ["batchNorm", { mean: { data: new Float32Array(4), shape: [4] } }, "VALUE", "variance"],
    ["batchNorm", { variance: { data: new Float32Array(4), shape: [4] } }, "VALUE", "mean"],
    ["batchNorm", { mean: { data: new Float32Array(3), shape: [3] } }, "SHAPE", "mean"],
    ["batchNorm", { eps: -1 }, "RANGE", "eps"],
    ["batchNorm", { center: 0 }, "TYPE", "center"],
    ["instanceNorm", { channelAxis: 0 }, "RANGE", "channelAxis"],
    ["instanceNorm", { mean: 1 }, "VALUE", "mean"],
    ["groupNorm", {}, "TYPE", "groups"],
    ["groupNorm", { groups: 3 }, "RANGE", "groups"],
    ["groupNorm", { groups: 0 }, "RANGE", "groups"],
    ["groupNorm", { groups: 1.5 }, "RANGE", "groups"],
    ["groupNorm", { groups: "2" }, "TYPE", "groups"],
    ["l2Norm", { gamma: 1 }, "VALUE", "gamma"],
    ["l2Norm", { center: true }, "VALUE", "center"],
    ["l2Norm", { eps: NaN }, "RANGE", "eps"],
    ["logSumExp", { axis: [0] }, "TYPE", "axis"],
    ["logSumExp", { temperature: 0 }, "RANGE", "temperature"],
    ["batchStatistics", { momentum: 2 }, "RANGE", "momentum"],
    ["batchStatistics", { runningMean: { data: new Float32Array(3), shape: [3] } }, "SHAPE", "runningMean"],
    ["batchStatistics", { eps: 1 }, "VALUE", "eps"],
    ["batchStatistics", { channelAxis: -4 }, "RANGE", "channelAxis"],
  ] as const)("%s %o", (name, options, code, argument) => {
    expectRefusal(() => call(name, x, options), { operation: name, code, argument });
  });

  const g = lab.tensor(new Float32Array(2), [2]);
  const one = lab.tensor([1, 2]);
  test.each([
    ["batchNorm", [x, { channelAxis: 9, eps: -1 }], "RANGE", "eps"],
    ["instanceNorm", [x, { channelAxis: 9, gamma: 1 }], "TYPE", "gamma"],
    ["instanceNormBackward", [x, x, { channelAxis: 9, center: 1 }], "RANGE", "channelAxis"],
    ["groupNorm", [x, { groups: 3, gamma: 1, channelAxis: 9 }], "TYPE", "gamma"],
    ["groupNorm", [x, { groups: 3, gamma: 1 }], "RANGE", "groups"],
    ["groupNorm", [one, { groups: 1, typo: 1 }], "SHAPE", "x"],
    ["instanceNormBackward", [one, 5, {}], "SHAPE", "x"],
    ["softmaxBackward", [x, g, { axis: 9, typo: 1 }], "SHAPE", "dOutput"],
    ["sparsemaxBackward", [x, null, 5], "TYPE", "dOutput"],
    ["logSumExpBackward", [x, g, { typo: 1 }], "SHAPE", "dOutput"],
    ["entropyBackward", [x, g, { axis: 9 }], "RANGE", "axis"],
    ["entropyBackward", [x, g, { axis: 9, typo: 1 }], "VALUE", "typo"],
    ["powerTransform", [x, { axis: 9, exponent: NaN }], "RANGE", "exponent"],
    ["entropyNormalize", [x, { entropy: g, method: "x" }], "SHAPE", "entropy"],
    ["entropyNormalize", [x, { entropy: g, axis: 9 }], "RANGE", "axis"],
    ["entropyNormalizeBackward", [x, x, { entropy: 9, input: "logits", outOfRange: "throw" }], "RANGE", "entropy"],
    ["sampleToken", [x, { temperature: 1, entropy: 1, topK: 0 }], "VALUE", "entropy"],
  ] as const)("the first of several faults, %s(...%o)", (name, args, code, argument) => {
    expectRefusal(() => call(name, ...args), { operation: name, code, argument });
  });

  test("too few axes", () => {
    const [one, two] = [lab.tensor([1, 2]), lab.tensor([[1, 2]])];
    expectRefusal(() => call("batchNorm", one), { operation: "batchNorm", code: "RANGE", argument: "channelAxis" });
    expectRefusal(() => call("instanceNorm", two), { operation: "instanceNorm", code: "SHAPE", argument: "x" });
    expectRefusal(() => call("groupNorm", one, { groups: 1 }), {
      operation: "groupNorm",
      code: "SHAPE",
      argument: "x",
    });
  });

  test("the residual forms: f, dOutput, dSum, and out, which they do not take", () => {
    for (const name of ["addLayerNorm", "addRmsNorm"]) {
      expectRefusal(() => call(name, x), { operation: name, code: "TYPE", argument: "f" });
      expectRefusal(() => call(name, x, lab.tensor([1])), { operation: name, code: "SHAPE", argument: "f" });
      expectRefusal(() => call(name, x, x, { out: x }), { operation: name, code: "VALUE", argument: "out" });
      expectRefusal(() => call(name, x, x, { dSum: x }), { operation: name, code: "VALUE", argument: "dSum" });
      const backward = `${name}Backward`;
      expectRefusal(() => call(backward, x, x), { operation: backward, code: "TYPE", argument: "dOutput" });
      const options = { dSum: lab.tensor([1]) };
      expectRefusal(() => call(backward, x, x, x, options), { operation: backward, code: "SHAPE", argument: "dSum" });
    }
  });

  test("an out that is an input, for every operation with one result", () => {
    for (const name of ["softmax", "logSoftmax", ...NORMS]) {
      expectRefusal(() => call(name, x, { ...needed(name), out: x }), {
        operation: name,
        code: "VALUE",
        argument: "out",
      });
    }
    const gamma = lab.tensor(new Float32Array(24), [2, 4, 3]);
    const options = { axis: [0, 1, 2], gamma, out: gamma };
    expectRefusal(() => call("layerNorm", x, options), { operation: "layerNorm", code: "VALUE", argument: "out" });
  });
});
