import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { runNow } from "../shared/tasks/task.js";
import { divergesFrom, factorsInDouble, inverseOf } from "./inverse.js";
import { leakOf } from "./leak.js";
import { matricesOf } from "./matrices.js";
import { problemOf, tokenCount, width, type Tokens } from "./problem.js";
import { inverseNames } from "./schema.js";
import { landmarkCounts, sweepLandmarks } from "./sweep.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const tokens: Tokens = { drift: 0.9, sigma: 1.5, order: "sequence", seed: 1 };
const input = { ...tokens, inverse: "iterative", landmarks: 8, iterations: 6 } as const;

describe("the matrices", () => {
  it("are better than averaging, and than without the middle factor, within the best of the rank", () => {
    const { errors } = matricesOf(lab, input);
    expect(errors.nystrom.output).toBeLessThan(errors.none.output);
    expect(errors.none.output).toBeLessThan(errors.uniform.output);
    expect(errors.best.frobenius).toBeLessThan(errors.nystrom.frobenius);
    expect(errors.kernel.output).toBeLessThan(2e-6);
  });

  it.each([1, 7, 8, 48, 64])("have the factors that double precision finds, %i landmarks", (landmarks) => {
    const { queryFactor, keyFactor, middle, nystrom } = matricesOf(lab, { ...input, landmarks });
    const { f, b } = factorsInDouble(problemOf(input), landmarks);
    expect(relativeError(f.values, queryFactor.values)).toBeLessThan(1e-6);
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
    const { errors, performer, uniform } = runNow(sweepLandmarks(lab, tokens));
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
    const { errors } = runNow(sweepLandmarks(lab, { ...tokens, drift: 0, sigma: 0.7 }));
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
    const { largest } = inverseOf(lab, base);
    expect(largest).toBeGreaterThan(0.05);
    expect(largest).toBeLessThanOrEqual(1 + 1e-12);
    const below = inverseOf(lab, { ...base, start: (0.99 * divergesFrom) / largest });
    const above = inverseOf(lab, { ...base, start: (1.01 * divergesFrom) / largest });
    expect(below.residuals.at(-1)).toBeLessThan(1);
    expect(above.residuals.at(-1)).not.toBeLessThan(1e6);
  });
});

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
