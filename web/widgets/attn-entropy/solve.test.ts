import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { failing, startNames } from "./schema.js";
import { curveOf, solve } from "./solve.js";
import { distributionOf } from "./starts.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const power = (p: Float32Array, exponent: number): number[] => {
  const logs = Array.from(p, (value) => (value > 0 ? exponent * Math.log(value) : -Infinity));
  const most = Math.max(...logs);
  const powers = logs.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
};
const entropyOf = (p: readonly number[]): number =>
  p.reduce((sum, value) => (value > 0 ? sum - value * Math.log(value) : sum), 0);

describe.each(startNames)("starting from %s", (name) => {
  const p = distributionOf(name, 1);

  it("is a distribution, its largest entry first", () => {
    expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(Array.from(p)).toEqual(Array.from(p).sort((a, b) => b - a));
  });

  it("reaches the target by the robust solver, as double precision has it, in order", () => {
    const { robust, target, attainable } = solve(lab, name, 1, 0);
    expect(robust.outcome).toBe("converged");
    expect(target).toBeGreaterThan(attainable[0]);
    expect(target).toBeLessThan(attainable[1]);
    const expected = power(p, robust.exponent);
    expect(entropyOf(expected)).toBeCloseTo(target, 4);
    expected.forEach((value, i) => expect(robust.output[i]).toBeCloseTo(value, 5));
    expect(Array.from(robust.output)).toEqual(Array.from(robust.output).sort((a, b) => b - a));
  });

  it("has the curve of entropies that double precision has", () => {
    const exponents = [0, 0.5, 1, 3, 10];
    const curve = curveOf(lab, p, exponents);
    exponents.forEach((exponent, i) => expect(curve[i]).toBeCloseTo(entropyOf(power(p, exponent)), 5));
  });
});

describe("the article's iteration", () => {
  it("gives the golden trace of (1, …, 5) / 15", () => {
    const { article } = solve(lab, "ramp", 1, Math.log(3));
    // The steps of the trace are factors: their products are the exponents.
    const steps = [2.9843749144, 0.9729693051, 1.0002064742, 1.0000000115];
    const entropies = [1.0841028431, 1.0987217528, 1.0986122947, 1.0986122887];
    let exponent = 1;
    steps.forEach((step, i) => {
      exponent *= step;
      expect(article.rounds[i]?.exponent).toBeCloseTo(exponent, 4);
      expect(article.rounds[i]?.entropy).toBeCloseTo(entropies[i] ?? NaN, 5);
    });
    expect(article.outcome).toBe("converged");
  });

  it("reproduces the article's sample", () => {
    for (let seed = 1; seed <= 5; seed++) expect(solve(lab, "random", seed, 0).article.outcome).toBe("converged");
  });

  it("fails as the gallery says", () => {
    const outcomes = failing.map((name) => solve(lab, name, 1, 0).article.outcome);
    expect(outcomes).toEqual(["diverged", "reversed", "diverged", "diverged"]);
    const { article, robust } = solve(lab, "geometric", 1, 0);
    expect(article.exponent).toBeCloseTo(-robust.exponent, 5);
  });
});

it("says where a target cannot be had", () => {
  const { robust, attainable } = solve(lab, "ramp", 1, 3);
  expect(robust.outcome).toBe("clamped");
  expect(robust.entropy).toBeCloseTo(attainable[1], 5);
});

it("keeps zeros, and tells ties from the rest, where not every entropy can be had", () => {
  const { attainable, robust } = solve(lab, "bounded", 1, 0);
  expect(attainable).toEqual([Math.log(2), Math.log(5)]);
  expect(Array.from(robust.output.subarray(5))).toEqual([0, 0, 0]);
  expect(robust.output[0]).toBe(robust.output[1]);
  for (const [asked, limit] of [
    [0.4, Math.log(2)],
    [1.9, Math.log(5)],
  ] as const) {
    const { robust: nearest } = solve(lab, "bounded", 1, asked);
    expect(nearest.outcome).toBe("clamped");
    expect(nearest.entropy).toBeCloseTo(limit, 5);
  }
});
