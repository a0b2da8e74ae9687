import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { usualCourse } from "../shared/speed/race.js";
import { runNow } from "../shared/tasks/task.js";
import { divergesFrom, factorsInDouble, growth, inverseOf } from "./inverse.js";
import { leakOf } from "./leak.js";
import { matricesOf } from "./matrices.js";
import { problemOf, scale, tokenCount, width, type Tokens } from "./problem.js";
import { inverseNames } from "./schema.js";
import { timeSpeed } from "./speed.js";
import { stepsOf } from "./steps.js";
import { landmarkCounts, sweepLandmarks } from "./sweep.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const tokens: Tokens = { drift: 0.9, sigma: 1.5, order: "sequence", seed: 1 };
const input = { ...tokens, inverse: "iterative", landmarks: 8, from: "segments", iterations: 6 } as const;

describe("the matrices", () => {
  it("are better than averaging, and than without the middle factor, within the best of the rank", () => {
    const { errors } = matricesOf(lab, input);
    expect(errors.nystrom.output).toBeLessThan(errors.none.output);
    expect(errors.none.output).toBeLessThan(errors.uniform.output);
    expect(errors.best.frobenius).toBeLessThan(errors.nystrom.frobenius);
    expect(errors.kernel.output).toBeLessThan(2e-6);
  });

  it.each([1, 7, 8, 48, 64])("have the factors that double precision finds, %i landmarks", (landmarks) => {
    const { queryFactor, between, keyFactor, middle, nystrom } = matricesOf(lab, { ...input, landmarks });
    const { f, a, b } = factorsInDouble(problemOf(input), landmarks);
    expect(relativeError(f.values, queryFactor.values)).toBeLessThan(1e-6);
    expect(relativeError(a.values, between.values)).toBeLessThan(1e-6);
    expect(relativeError(b.values, keyFactor.values)).toBeLessThan(1e-6);
    const product = times(queryFactor, times(middle, keyFactor.values, tokenCount), tokenCount);
    expect(relativeError(product, nystrom.values)).toBeLessThan(1e-4);
  });

  it.each(inverseNames)("are there for the inverse %s", (inverse) => {
    expect(matricesOf(lab, { ...input, inverse }).errors.nystrom.output).toBeLessThan(1);
  });

  it("suffer when the tokens are shuffled, which exact attention does not notice", () => {
    const [before, after] = [matricesOf(lab, input), matricesOf(lab, { ...input, order: "shuffled" })];
    expect(after.errors.nystrom.output).toBeGreaterThan(2 * before.errors.nystrom.output);
    const sorted = (values: Float64Array): Float64Array => values.slice().sort();
    expect(relativeError(sorted(before.exact.values), sorted(after.exact.values))).toBeLessThan(1e-12);
  });
});

describe("the sweep", () => {
  it("falls with the number of landmarks, below Performer, and above the best", () => {
    const { errors, performer, uniform } = runNow(sweepLandmarks(lab, { ...tokens, from: "segments" }));
    const at = landmarkCounts.indexOf(16);
    expect(errors.six[at]).toBeLessThan(errors.six[1] ?? 0);
    expect(errors.six[at]).toBeLessThan(performer[at]?.low ?? 0);
    expect(errors.six[at]).toBeLessThan(uniform / 3);
    expect(errors.best.at(-1)).toBeLessThan(1e-12);
    // A landmark for each token: the inverse is exact, six steps of the iteration are not.
    expect(errors.pinv.at(-1)).toBeLessThan(1e-3);
    expect(errors.six.at(-1)).toBeGreaterThan(1e-3);
  });

  it("has more steps do harm where neighbors know nothing of each other", () => {
    const { errors } = runNow(sweepLandmarks(lab, { ...tokens, drift: 0, sigma: 0.7, from: "segments" }));
    const at = landmarkCounts.indexOf(16);
    expect(errors.twenty[at]).toBeGreaterThan(1.5 * (errors.six[at] ?? Infinity));
  });
});

describe("the iteration", () => {
  it("does in the kernel what the singular values say", () => {
    const found = inverseOf(lab, { ...tokens, landmarks: 8, start: 1 });
    found.kernelResiduals.forEach((residual, step) => {
      expect(residual).toBeCloseTo(found.residuals[step] ?? NaN, 5);
      expect(found.kernelOutputs[step]).toBeCloseTo(found.outputs[step] ?? NaN, 4);
    });
    expect(found.residuals.at(-1)).toBeLessThan(1e-9);
    expect(found.outputs.at(-1)).toBeCloseTo(found.pinv, 4);
  });

  it("starts below 1, and diverges only above its limit", () => {
    const base = { ...tokens, landmarks: 8, start: 1 };
    const largest = inverseOf(lab, base).shares[0]?.[0] ?? NaN;
    expect(largest).toBeGreaterThan(0.05);
    expect(largest).toBeLessThanOrEqual(1 + 1e-12);
    const below = inverseOf(lab, { ...base, start: (0.99 * divergesFrom) / largest });
    const above = inverseOf(lab, { ...base, start: (1.01 * divergesFrom) / largest });
    expect(below.residuals.at(-1)).toBeLessThan(1);
    expect(above.residuals.at(-1)).not.toBeLessThan(1e6);
  });
});

describe("the shares of the inverse", () => {
  it("end at 1, or run away above 4.13; 3 stays, and catches those a little above it", () => {
    const after = (w: number, steps: number): number => (steps === 0 ? w : after(w * growth(w), steps - 1));
    for (const w of [1e-3, 0.5, 1, 2, 2.9, 3.5, 4, 4.12]) expect(after(w, 60)).toBeCloseTo(1, 6);
    expect(3 * growth(3)).toBe(3);
    for (const w of [3.1, 3.3, 3.4]) {
      expect(after(w, 1000)).toBeGreaterThan(3);
      expect(after(w, 1000)).toBeLessThan(3.001);
    }
    expect(divergesFrom * growth(divergesFrom)).toBeCloseTo(0, 3);
    expect(Math.abs(after(4.2, 8))).toBeGreaterThan(1e6);
  });

  it("are as many as landmarks, and follow that map", () => {
    const { shares } = inverseOf(lab, { ...tokens, landmarks: 8, start: 2 });
    expect(shares[0]).toHaveLength(8);
    shares[5]?.forEach((w, r) => expect(shares[6]?.[r]).toBeCloseTo(w * growth(w), 9));
  });
});

describe("the derivation", () => {
  it("gets nearer with each step, and is exact in the middle with a landmark for each token", () => {
    const { errors } = stepsOf(lab, { ...tokens, landmarks: 8, iterations: 6 });
    expect(errors.landmarks.output).toBeLessThan(errors.softmaxes.output);
    expect(errors.middle.output).toBeLessThan(errors.landmarks.output);
    expect(errors.softmaxes.output).toBeLessThan(errors.uniform.output);
    const full = stepsOf(lab, { ...tokens, landmarks: tokenCount, iterations: 6 });
    expect(full.errors.middle.output).toBeLessThan(1e-3);
    expect(full.errors.iteration.output).toBeGreaterThan(full.errors.middle.output);
  });

  it("begins with two softmaxes that double precision confirms", () => {
    const { matrices } = stepsOf(lab, { ...tokens, landmarks: 8, iterations: 6 });
    const { q, k } = problemOf(tokens);
    const exps = (x: ArrayLike<number>): Float64Array =>
      Float64Array.from(x, (value) => Math.exp(value * Math.sqrt(scale)));
    const [a, b] = [exps(q.data), exps(k.data)];
    const sum = (values: Float64Array, of: (at: number) => boolean): number =>
      values.reduce((total, value, at) => (of(at) ? total + value : total), 0);
    const columns = Array.from({ length: width }, (_, c) => sum(b, (at) => at % width === c));
    const rows = Array.from({ length: tokenCount }, (_, i) => sum(a, (at) => Math.floor(at / width) === i));
    const expected = Array.from({ length: tokenCount ** 2 }, (_, at) => {
      const [i, j] = [Math.floor(at / tokenCount), at % tokenCount];
      return columns.reduce(
        (total, column, c) => total + ((a[i * width + c] ?? 0) / (rows[i] ?? 0)) * ((b[j * width + c] ?? 0) / column),
        0,
      );
    });
    expect(relativeError(expected, matrices.softmaxes.values)).toBeLessThan(1e-6);
  });
});

it("times exact attention and two numbers of landmarks, where there are more tokens than landmarks", () => {
  const { points, landmarks } = runNow(timeSpeed(lab, { landmarks: 200 }));
  expect(landmarks).toBe(200);
  for (const method of ["exact", "typical"] as const)
    expect(points[method].map(({ n }) => n)).toEqual(usualCourse.lengths);
  expect(points.chosen.map(({ n }) => n)).toEqual(usualCourse.lengths.filter((n) => n > 200));
}, 60_000);

describe("the future", () => {
  it("gets into all outputs that have a past, but not into those of causal attention", () => {
    const { causal, masked, refusal } = leakOf(lab, input);
    expect(causal.slice(0, -1).every((move) => move === 0)).toBe(true);
    expect(causal.at(-1)).toBeGreaterThan(0);
    expect(masked.slice(1).every((move) => move > 0)).toBe(true);
    expect(refusal).toContain("means of segments mix what comes later");
  });
});

it("has values of the size that it promises", () => {
  const { q, v } = problemOf({ ...tokens, drift: 0 });
  const deviation = ({ data }: typeof q): number => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
  expect(q.shape).toEqual([tokenCount, width]);
  expect(deviation(q)).toBeCloseTo(1.5, 1);
  expect(deviation(v)).toBeCloseTo(1, 1);
});
