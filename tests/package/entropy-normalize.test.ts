import type { EntropyOptions, Lab, TensorLike } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";

/** In double, from the floats of a row. */
const entropyOf = (row: ArrayLike<number>): number =>
  Array.from(row).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);

const bound = (n: number): number => 3e-6 * Math.max(1, Math.log(n));

const rowOf = ({ data }: TensorLike, row: number, n: number): Float32Array => data.subarray(row * n, (row + 1) * n);

describeBoth("entropyNormalize", (lab: Lab) => {
  test("every row has the entropy that it was to have: probabilities, logits, targets per row", () => {
    const random = makeRandom(1);
    const x = randomTensor(random, [20, 64], 4);
    const targets = lab.tensor(Array.from({ length: 20 }, () => 0.1 + 3.9 * random()));
    const inputs = { logits: x, probabilities: lab.softmax(x, { temperature: 0.7 }) } as const;
    for (const input of ["logits", "probabilities"] as const) {
      const r = lab.entropyNormalize(inputs[input], { entropy: targets, input });
      expect(r.output.shape).toEqual([20, 64]);
      expect([r.exponent.shape, r.entropy.shape]).toEqual([[20], [20]]);
      expect(r.iterations).toBeInstanceOf(Int32Array);
      expect(r.status).toEqual(Array.from({ length: 20 }, () => "converged"));
      expect(r.trace).toBeUndefined();
      targets.data.forEach((target, row) => {
        const p = rowOf(r.output, row, 64);
        expect(Math.abs(entropyOf(p) - target)).toBeLessThanOrEqual(bound(64));
        expect(Math.abs((r.entropy.data[row] ?? NaN) - entropyOf(p))).toBeLessThan(1e-6);
        expect(r.iterations[row]).toBeGreaterThan(0);
      });
    }
  });

  test("any axis, residents and chunks agree with rows of their own", () => {
    const x = randomTensor(makeRandom(2), [3, 50, 4], 2);
    const options = { entropy: 1.5, axis: 1, input: "logits" } as const;
    const r = lab.entropyNormalize(x, options);
    expect(r.exponent.shape).toEqual([3, 4]);
    expect(r.iterations.length).toBe(12);
    const column = Float32Array.from({ length: 50 }, (_, j) => x.data[(1 * 50 + j) * 4 + 2] ?? NaN);
    const alone = lab.entropyNormalize({ data: column, shape: [50] }, { ...options, axis: 0 });
    expectSameBits(
      Float32Array.from({ length: 50 }, (_, j) => r.output.data[(50 + j) * 4 + 2] ?? NaN),
      alone.output.data,
    );
    expect(alone.exponent.data[0]).toBe(r.exponent.data[6]);
    expect(alone.exponent.shape).toEqual([]);
    const held = lab.resident(x);
    const target = lab.resident(lab.tensor(new Float32Array(12).fill(1.5), [3, 4]));
    try {
      expectSameBits(lab.entropyNormalize(held, { ...options, entropy: target }).output.data, r.output.data);
    } finally {
      held.dispose();
      target.dispose();
    }
    const many = randomTensor(makeRandom(3), [5000, 100], 3);
    const all = lab.entropyNormalize(many, { entropy: 3, input: "logits" });
    expect(new Set(all.status)).toEqual(new Set(["converged"]));
    expect(Math.abs(entropyOf(rowOf(all.output, 4999, 100)) - 3)).toBeLessThanOrEqual(bound(100));
  });

  const row = [0.4, 0, 0.4, 0.1, 0.1];
  const [low, high] = [Math.log(2), Math.log(4)];
  const top = [0.5, 0, 0.5, 0, 0];
  const flat = [0.25, 0, 0.25, 0.25, 0.25];
  const limits: [target: number, status: string, exponent: number, output: number[]][] = [
    [high, "converged", 0, flat],
    [high + 5e-7, "converged", 0, flat],
    [2, "clampedHigh", 0, flat],
    [low, "converged", Infinity, top],
    [0.5, "clampedLow", Infinity, top],
    [-1, "clampedLow", Infinity, top],
  ];
  test.each(limits)("target %f of a row with two equal maxima: %s", (target, status, exponent, output) => {
    const r = lab.entropyNormalize(lab.tensor(row), { entropy: target, trace: true });
    expect(r.status).toEqual([status]);
    expect(r.exponent.data[0]).toBe(exponent);
    expect(Array.from(r.output.data)).toEqual(output);
    expect(r.iterations[0]).toBe(0);
    expect(r.entropy.data[0]).toBe(Math.fround(exponent === 0 ? high : low));
    expect(r.trace?.[0]?.step.length).toBe(0);
  });

  test("one-hot rows stay, uniform rows have one entropy", () => {
    const r = lab.entropyNormalize(
      lab.tensor([
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 7],
        [2, 2, 2],
        [2, 2, 2],
      ]),
      {
        entropy: lab.tensor([0, 0.5, 0, Math.log(3), 1]),
      },
    );
    expect(r.status).toEqual(["converged", "clampedHigh", "converged", "converged", "clampedLow"]);
    expect(Array.from(r.output.data.subarray(0, 9))).toEqual([0, 1, 0, 0, 1, 0, 0, 0, 1]);
  });

  test("rows that are no distribution: NaN and invalid, others untouched, nothing thrown", () => {
    const p = lab.tensor([
      [NaN, 1],
      [-1, 1],
      [0, 0],
      [1, 3],
      [Infinity, 1],
    ]);
    const r = lab.entropyNormalize(p, { entropy: 0.5, outOfRange: "throw" });
    expect(r.status).toEqual(["invalid", "invalid", "invalid", "converged", "invalid"]);
    expect(Array.from(r.output.data, Number.isNaN)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4].map((each) => each !== 3));
    const x = lab.tensor([
      [Infinity, 1],
      [-Infinity, -Infinity],
      [-Infinity, 1],
    ]);
    const logits = lab.entropyNormalize(x, { entropy: 0, input: "logits", method: "robust" });
    expect(logits.status).toEqual(["invalid", "invalid", "converged"]);
    expect(lab.entropyNormalize(lab.tensor([], [2, 0]), { entropy: 1 }).status).toEqual(["invalid", "invalid"]);
    expect(lab.entropyNormalize(lab.tensor([], [0, 2]), { entropy: 1 }).status).toEqual([]);
  });

  test("outOfRange throw names the row and its attainable set", () => {
    const p = lab.tensor([
      [1, 2, 3, 0],
      [1, 2, 2, 3],
      [1, 1, 1, 1],
    ]);
    const refusal = (entropy: EntropyOptions["entropy"], method: "robust" | "article", message: RegExp): void => {
      expectRefusal(() => lab.entropyNormalize(p, { entropy, method, outOfRange: "throw" }), {
        code: "RANGE",
        operation: "entropyNormalize",
        argument: "entropy",
        message,
      });
    };
    for (const method of ["robust", "article"] as const) {
      refusal(1.2, method, /1\.2 in row 0, expected a target in \(0, 1\.09861/);
      refusal(lab.tensor([1, -0.1, Math.log(4)]), method, /-0\.1.* in row 1, .*\(0, 1\.3862/);
      refusal(lab.tensor([1, 1, 1]), method, /1 in row 2, expected a target 1\.3862/);
    }
    expect(lab.entropyNormalize(p, { entropy: lab.tensor([1, 1, Math.log(4)]), outOfRange: "throw" }).status).toEqual([
      "converged",
      "converged",
      "converged",
    ]);
  });

  test("the trace tells each round", () => {
    const x = randomTensor(makeRandom(4), [3, 30], 3);
    const r = lab.entropyNormalize(x, { entropy: 2, input: "logits", trace: true });
    expect(r.trace?.length).toBe(3);
    r.trace?.forEach(({ exponent, step, entropy }, i) => {
      expect([exponent.length, step.length, entropy.length]).toEqual(new Array(3).fill(r.iterations[i]));
      const product = step.reduce((a, b) => a * b, 1);
      expectClose([exponent.at(-1) ?? NaN, r.exponent.data[i] ?? NaN], [product, product], 1e-7);
      expectClose([entropy.at(-1) ?? NaN], [2], 1e-6);
    });
    const stopped = lab.entropyNormalize(x, { entropy: 2, input: "logits", maxIterations: 1 });
    expect(stopped.status).toEqual(["maxIterations", "maxIterations", "maxIterations"]);
    expect(Array.from(stopped.iterations)).toEqual([1, 1, 1]);
  });

  test("the article's iteration: its figures", () => {
    const r = lab.entropyNormalize(lab.tensor([1, 2, 3, 4, 5]), {
      entropy: Math.log(3),
      method: "article",
      trace: true,
    });
    const { step, entropy } = r.trace?.[0] ?? { step: [], entropy: [] };
    expectClose(step.slice(0, 4), [2.9843749144, 0.9729693051, 1.0002064742, 1.0000000115], 1e-10);
    expectClose(entropy.slice(0, 4), [1.0841028431, 1.0987217528, 1.0986122947, 1.0986122887], 1e-10);
    expectClose(r.output.data, [0.0051020882, 0.0381971368, 0.1240090818, 0.285965512, 0.5467261812], 1e-7);
    expect([r.status[0], r.iterations[0]]).toEqual(["converged", 10]);
  });

  test("the article's iteration: its failures, and the robust solver on the same rows", () => {
    const random = makeRandom(5);
    const peaked = lab.tensor([0.99, ...Array.from({ length: 9 }, (_, j) => 0.0011 + 1e-5 * j)]);
    const nearly = lab.tensor(Array.from({ length: 100 }, () => 1 + 1e-3 * (random() - 0.5)));
    const geometric = lab.tensor(Array.from({ length: 20 }, (_, j) => 2 ** -j));
    const article = { method: "article", maxIterations: 30 } as const;
    for (const [x, entropy] of [
      [peaked, 2],
      [nearly, Math.log(30)],
    ] as const) {
      const failed = lab.entropyNormalize(x, { entropy, ...article });
      expect(failed.status).toEqual(["diverged"]);
      expect(failed.output.data.every(Number.isNaN)).toBe(true);
      const solved = lab.entropyNormalize(x, { entropy });
      expect(Math.abs(entropyOf(solved.output.data) - entropy)).toBeLessThanOrEqual(bound(x.data.length));
    }
    const turned = lab.entropyNormalize(geometric, { entropy: 2.9, ...article });
    expect(turned.status).toEqual(["converged"]);
    expectClose([turned.exponent.data[0] ?? NaN], [-0.1128], 1e-4);
    expect(turned.output.data[0]).toBeLessThan(turned.output.data[19] ?? NaN);
    expectClose([lab.entropyNormalize(geometric, { entropy: 2.9 }).exponent.data[0] ?? NaN], [0.1128], 1e-4);
  });

  test("entropyNormalizeBackward: finite differences, limits, invalid rows", () => {
    const random = makeRandom(6);
    const [x, g] = [randomTensor(random, [2, 9]), randomTensor(random, [2, 9])];
    const options = { entropy: lab.tensor([1.2, 1.8]), input: "logits" } as const;
    const { dx } = lab.entropyNormalizeBackward(x, g, options);
    const project = (moved: Float32Array): number => {
      const { output } = lab.entropyNormalize({ data: moved, shape: x.shape }, options);
      return output.data.reduce((sum, value, i) => sum + value * (g.data[i] ?? 0), 0);
    };
    x.data.forEach((value, i) => {
      const [up, down] = [x.data.slice(), x.data.slice()];
      up[i] = value + 0.01;
      down[i] = value - 0.01;
      const slope = (project(up) - project(down)) / ((up[i] ?? 0) - (down[i] ?? 0));
      expect(Math.abs((dx.data[i] ?? NaN) - slope)).toBeLessThan(5e-4);
    });
    const rows = lab.tensor([
      [1, 2],
      [NaN, 1],
      [0, 1],
      [1, 3],
    ]);
    const ones = lab.tensor([
      [1, 0],
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    const zero = lab.entropyNormalizeBackward(rows, ones, { entropy: 5 }).dx;
    expect(Array.from(zero.data)).toEqual([0, 0, NaN, NaN, 0, 0, 0, 0]);
  });

  const p = lab.tensor([1, 2]);
  const refused: [options: unknown, code: Expected["code"], argument: string][] = [
    [undefined, "TYPE", "entropy"],
    [{ entropy: "1" }, "TYPE", "entropy"],
    [{ entropy: NaN }, "RANGE", "entropy"],
    [{ entropy: Infinity }, "RANGE", "entropy"],
    [{ entropy: lab.tensor([1]) }, "SHAPE", "entropy"],
    [{ entropy: 1, axis: 1 }, "RANGE", "axis"],
    [{ entropy: 1, input: "probability" }, "VALUE", "input"],
    [{ entropy: 1, method: "newton" }, "VALUE", "method"],
    [{ entropy: 1, maxIterations: 0 }, "RANGE", "maxIterations"],
    [{ entropy: 1, maxIterations: 1.5 }, "RANGE", "maxIterations"],
    [{ entropy: 1, outOfRange: "ignore" }, "VALUE", "outOfRange"],
    [{ entropy: 1, trace: 1 }, "TYPE", "trace"],
    [{ entropy: 1, target: 1 }, "VALUE", "target"],
  ];
  test.each(refused)("refuses %j", (options, code, argument) => {
    const call = lab.entropyNormalize as (x: TensorLike, options: unknown) => unknown;
    expectRefusal(() => call(p, options), { code, operation: "entropyNormalize", argument });
    const backward = lab.entropyNormalizeBackward as (x: TensorLike, g: TensorLike, options: unknown) => unknown;
    expectRefusal(() => backward(p, p, options), { code, operation: "entropyNormalizeBackward", argument });
  });
});
