import { load } from "attnlab";
import { beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { usualCourse } from "../shared/speed/race.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { runNow } from "../shared/tasks/task.js";
import { errorCode, estimatorsCode, matricesCode, normsCode, rangeCode, speedCode } from "./copy-as-javascript.js";
import { sliceOf } from "./estimators.js";
import { matricesOf } from "./matrices.js";
import { largestNorms, rangeOf } from "./range.js";
import { comparedDraws, featureCounts, sigmas, sweepFeatures, sweepNorms } from "./sweeps.js";

const programs = copiedPrograms();
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const tokens = { tokens: "smooth", d: 16, sigma: 0.5, seed: 2 } as const;

it.each(["positive", "trigonometric", "regularized"] as const)(
  "prints the error of the matrices, %s",
  async (estimator) => {
    const input = { ...tokens, estimator, draw: "quantile", features: 24 } as const;
    const { errors } = matricesOf(lab, input);
    const lines = await programs.words(matricesCode("Two lines\nbecome one", input));
    expect(lines.map(([name]) => name)).toEqual(["performer", "uniform"]);
    expect(Number(lines[0]?.[1])).toBeCloseTo(errors.performer.output, 4);
    expect(Number(lines[1]?.[1])).toBeCloseTo(errors.uniform.output, 5);
  },
);

it("prints the bands of the errors", async () => {
  const { bands, uniform } = runNow(sweepFeatures(lab, tokens));
  const lines = await programs.words(errorCode("Error", tokens));
  expect(lines).toHaveLength(comparedDraws.length * featureCounts.length + 1);
  for (const [draw, features, low, middle, high] of lines.slice(0, -1)) {
    const band = bands[draw as "orthogonal"].find(({ x }) => String(x) === features);
    expect(Number(low)).toBeCloseTo(band?.low ?? NaN, 4);
    expect(Number(middle)).toBeCloseTo(band?.middle ?? NaN, 4);
    expect(Number(high)).toBeCloseTo(band?.high ?? NaN, 4);
  }
  expect(Number(lines.at(-1)?.[1])).toBeCloseTo(uniform, 5);
});

it("prints the errors at one size of q and k", async () => {
  const input = { ...tokens, draw: "stratified", features: 16 } as const;
  const sweep = runNow(sweepNorms(lab, input));
  const at = sigmas.indexOf(0.5);
  const [few, many, uniform] = await programs.words(normsCode("Norms", input));
  expect(few?.slice(0, 2)).toEqual(["performer", "16"]);
  expect(Number(few?.[3])).toBeCloseTo(sweep.few[at]?.middle ?? NaN, 4);
  expect(Number(many?.[3])).toBeCloseTo(sweep.many[at]?.middle ?? NaN, 4);
  expect(Number(uniform?.[1])).toBeCloseTo(sweep.uniform[at]?.[1] ?? NaN, 5);
});

it("prints the estimators' errors", async () => {
  const { drawn } = runNow(sliceOf(lab, { length: 0.8, seed: 3 }));
  const lines = await programs.words(estimatorsCode("Estimators", 0.8, 3));
  expect(lines).toHaveLength(26);
  lines.slice(0, 12).forEach(([, , error], i) => expect(Number(error)).toBeCloseTo(drawn.positive[i] ?? NaN, 4));
});

it("prints what an eps does", async () => {
  const { errors } = runNow(rangeOf(lab, { seed: 4 }));
  const lines = await programs.words(rangeCode("Range", 4));
  for (const [norm, eps4, eps6] of lines) {
    const at = largestNorms.findIndex((value) => String(value) === norm);
    expect(Number(eps4)).toBeCloseTo(errors.eps4[at] ?? NaN, 3);
    expect(Number(eps6)).toBeCloseTo(errors.eps6[at] ?? NaN, 3);
  }
});

it("prints times", async () => {
  const lines = await programs.words(speedCode("Speed", 32));
  expect(lines.map(([n]) => Number(n))).toEqual(usualCourse.lengths);
  for (const [, exact, performer] of lines) expect(Math.min(Number(exact), Number(performer))).toBeGreaterThan(0);
}, 60_000);
