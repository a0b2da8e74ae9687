import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { softmaxAttention } from "../shared/matrices/softmax.js";
import { usualCourse } from "../shared/speed/race.js";
import { runNow } from "../shared/tasks/task.js";
import { angles, dotAngles, dotLengths, estimatorMap, lengths, sliceOf } from "./estimators.js";
import { matricesOf } from "./matrices.js";
import { performerOptions, problemOf, type Tokens } from "./problem.js";
import { largestNorms, rangeOf } from "./range.js";
import { drawNames, estimatorNames } from "./schema.js";
import { timeSpeed, timedMethods } from "./speed.js";
import { comparedDraws, featureCounts, sigmas, sweepFeatures, sweepNorms } from "./sweeps.js";
import { errorOfOneFeature } from "./theory.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const tokens: Tokens = { tokens: "smooth", d: 16, sigma: 0.7, seed: 1 };
const input = { ...tokens, estimator: "positive", draw: "orthogonal", features: 32 } as const;

describe("the matrices", () => {
  it("are within the rank, with rows that sum to 1, better than averaging", () => {
    const { performer, performerValues, errors, width } = matricesOf(lab, input);
    expect(width).toBe(32);
    expect(performerValues[32]).toBeLessThan(1e-6);
    expect(performerValues[31]).toBeGreaterThan(1e-6);
    expect(performer.values.every((value) => value > 0)).toBe(true);
    expect(errors.performer.rowSums).toBeLessThan(1e-5);
    expect(errors.performer.output).toBeLessThan(errors.uniform.output);
    expect(errors.best.output).toBeLessThan(errors.performer.output);
  });

  it("have an exact one that the kernel meets", () => {
    const { errors } = matricesOf(lab, { ...input, sigma: 1.5, d: 64 });
    expect(errors.kernel.output).toBeLessThan(2e-6);
    expect(errors.kernel.largest).toBeLessThan(2e-6);
  });

  it("show what cosines and sines do where products are large", () => {
    const { negative, lostRows, errors } = matricesOf(lab, {
      ...input,
      estimator: "trigonometric",
      tokens: "independent",
      sigma: 1.4,
    });
    expect(negative).toBeGreaterThan(0.2);
    expect(lostRows).toBeGreaterThan(5);
    expect(errors.performer.least).toBeLessThan(0);
    expect(errors.performer.divergence).toBeNaN();
  });

  it.each(estimatorNames)("are there for %s features, however they are drawn", (estimator) => {
    for (const draw of drawNames) {
      expect(matricesOf(lab, { ...input, estimator, draw }).errors.performer.output).toBeLessThan(1);
    }
  });
});

describe("the theory of the output's error", () => {
  it("is what many draws of many directions give", () => {
    const problem = problemOf({ ...tokens, sigma: 0.35 });
    const { q, k, v, d, scale } = problem;
    const exact = times(softmaxAttention(q.data, k.data, d, scale), v.data, d);
    const draws = 300;
    let squares = 0;
    for (let seed = 0; seed < draws; seed++) {
      const output = lab.performer(q, k, v, performerOptions("positive", "independent", 256, seed)).data;
      squares += relativeError(exact, output) ** 2 / draws;
    }
    expect(Math.sqrt(squares) / (errorOfOneFeature(problem) / 16)).toBeCloseTo(1, 1);
  });
});

describe("the sweeps", () => {
  it("find errors that fall with the number of directions, for every way to draw", () => {
    const { bands, uniform } = runNow(sweepFeatures(lab, tokens));
    for (const draw of comparedDraws) {
      expect(bands[draw].map(({ x }) => x)).toEqual([...featureCounts]);
      expect(bands[draw].at(-1)?.high).toBeLessThan(bands[draw][0]?.low ?? 0);
      for (const { low, middle, high } of bands[draw]) expect(low <= middle && middle <= high).toBe(true);
    }
    expect(uniform).toBeCloseTo(0.283, 2);
  });

  it("find averaging to be better where queries and keys are large and independent", () => {
    const sweep = runNow(
      sweepNorms(lab, { tokens: "independent", d: 64, sigma: 1, seed: 1, draw: "orthogonal", features: 64 }),
    );
    const at = sigmas.indexOf(1);
    expect(sweep.many[at]?.middle).toBeGreaterThan(sweep.uniform[at]?.[1] ?? Infinity);
    expect(sweep.many[0]?.middle).toBeLessThan(sweep.uniform[0]?.[1] ?? 0);
    // Theory is for small errors: there it is met by independent directions, and orthogonal ones lie below it.
    const small = sigmas.indexOf(0.2);
    expect(sweep.theory[small]?.[1] ?? 0).toBeGreaterThan(sweep.few[small]?.middle ?? 1);
    expect(sweep.theory[small]?.[1] ?? 1).toBeLessThan(2 * (sweep.few[small]?.middle ?? 0));
    // 2 sigma² √d = 16 is the mean of the exponent.
    expect(Math.log(sweep.variance[at]?.[1] ?? NaN)).toBeGreaterThan(13);
    expect(Math.log(sweep.variance[at]?.[1] ?? NaN)).toBeLessThan(18);
  });
});

describe("the estimators", () => {
  it("compare as their variances do", () => {
    const { ratios } = estimatorMap(lab);
    for (const [row, column] of [
      [10, 30],
      [25, 45],
      [39, 20],
    ] as const) {
      const [l, angle] = [lengths[row] ?? 0, angles[column] ?? 0];
      const dot = l * l * Math.cos(angle);
      const [sum, difference] = [2 * l * l + 2 * dot, 2 * l * l - 2 * dot];
      const positive = Math.exp(sum + 2 * dot) * (1 - Math.exp(-sum));
      const trigonometric = 0.5 * Math.exp(sum - 2 * dot) * (1 - Math.exp(-difference)) ** 2;
      expect(ratios[row]?.[column]).toBeCloseTo(Math.log10(trigonometric / positive), 3);
    }
  });

  it("are met by what is drawn, where tails are light", () => {
    const { theory, drawn } = runNow(sliceOf(lab, { length: 0.5, seed: 1 }));
    dotAngles.slice(2, -1).forEach((angle, i) => {
      const at = Math.min(angles.length - 1, Math.floor((angle / Math.PI) * angles.length));
      for (const name of ["positive", "trigonometric"] as const) {
        expect((drawn[name][i + 2] ?? NaN) / (theory[name][at] ?? NaN)).toBeGreaterThan(0.7);
        expect((drawn[name][i + 2] ?? NaN) / (theory[name][at] ?? NaN)).toBeLessThan(1.4);
      }
    });
    expect(drawn.trigonometric[0]).toBeLessThan(1e-6);
  });

  it("have dots on the map that agree with it, where tails are light", () => {
    const { ratios } = estimatorMap(lab);
    const { drawnRatios, drawn, length } = runNow(sliceOf(lab, { length: 0.75, seed: 1 }));
    for (const [row, dots] of drawnRatios.entries()) {
      const one = dotLengths[row] ?? NaN;
      if (one > 1) continue;
      for (const i of [2, 4, 6, 8]) {
        const column = Math.floor(((dotAngles[i] ?? 0) / Math.PI) * angles.length);
        const theory = ratios[lengths.findIndex((each) => each > one)]?.[column] ?? NaN;
        expect(Math.abs((dots[i] ?? NaN) - theory)).toBeLessThan(0.35);
      }
    }
    // The same draws as those of the slice.
    const at = dotLengths.findIndex((each) => each === length);
    const slice = 2 * Math.log10((drawn.trigonometric[6] ?? NaN) / (drawn.positive[6] ?? NaN));
    expect(drawnRatios[at]?.[6]).toBeCloseTo(slice, 6);
  });
});

it("the arithmetic is safe where the plain formula and an eps fail", () => {
  const { errors, uniform } = runNow(rangeOf(lab, { seed: 1 }));
  expect(Math.max(...errors.safe)).toBeLessThan(1e-4);
  expect(errors.plain[0]).toBeLessThan(1e-5);
  expect(errors.plain.at(-1)).toBeNaN();
  const at = largestNorms.indexOf(48);
  for (const name of ["eps4", "eps6"] as const) expect((errors[name][at] ?? 0) / (uniform[at] ?? 1)).toBeCloseTo(1, 1);
});

it("times both methods at every length", () => {
  const { points, features } = runNow(timeSpeed(lab, { features: 16 }));
  expect(features).toBe(16);
  for (const method of timedMethods) expect(points[method].map(({ n }) => n)).toEqual(usualCourse.lengths);
}, 60_000);
