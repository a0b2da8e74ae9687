import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { Numbers } from "../shared/format.js";
import { softmaxAttention } from "../shared/matrices/softmax.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { translator } from "../shared/text.js";
import { captionOf } from "./caption.js";
import { linearCode } from "./copy-as-javascript.js";
import { linearCsv } from "./exports.js";
import {
  entropiesOf,
  measure,
  problemOf,
  rankOf,
  spreadOf,
  tokenCount,
  truncated,
  uniformWeights,
  weightsOf,
  type Input,
} from "./measure.js";
import { runNow } from "../shared/tasks/task.js";
import { drawCount, lengths, seedOf, survey, surveyed } from "./survey.js";
import { mapNames, schema } from "./schema.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";

const programs = copiedPrograms();
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const initial = Object.fromEntries(
  Object.entries(schema).map(([key, { initial }]) => [key, initial]),
) as unknown as Input;
const given = (change: Partial<Input> = {}): Input => ({ ...initial, ...change });

describe("the weights", () => {
  it("are those of double precision", () => {
    const input = given();
    const problem = problemOf(input, 32);
    const { q, k } = problem;
    const [exact, linear] = [weightsOf(lab, input, problem, "exact"), weightsOf(lab, input, problem, "elu")];
    softmaxAttention(q.data, k.data, 8, 1 / Math.sqrt(8)).values.forEach((weight, at) =>
      expect(exact[at]).toBeCloseTo(weight, 5),
    );
    const phi = (x = 0): number => (x >= 0 ? x + 1 : Math.exp(x));
    for (let i = 0; i < 32; i++) {
      const row = Array.from({ length: 32 }, (_, j) => {
        let sum = 0;
        for (let c = 0; c < 8; c++) sum += phi(q.data[i * 8 + c]) * phi(k.data[j * 8 + c]);
        return sum;
      });
      const all = row.reduce((a, b) => a + b);
      row.forEach((weight, j) => expect(linear[i * 32 + j]).toBeCloseTo(weight / all, 5));
    }
  });

  it("spread over as many keys as they are equal", () => {
    expect(spreadOf([1, 0, 0, 1], 2)).toBe(1);
    expect(spreadOf([0.5, 0.5, 0, 1], 2)).toBeCloseTo(1.5, 12);
    expect(spreadOf([0, 0, 0, 1], 2)).toBe(0.5);
  });
});

describe("the rank", () => {
  it.each(mapNames)("is at most the number of features, %s, and that of softmax is full", (map) => {
    for (const d of ["2", "8", "16"] as const) {
      const { linear, exact, features } = measure(lab, given({ map, d }));
      expect(features).toBe(Number(d) + (map === "cosine" ? 1 : 0));
      expect(linear.rank).toBeLessThanOrEqual(features);
      if (map !== "relu") expect(linear.rank).toBe(features);
      if (d !== "2") expect(exact.rank).toBe(tokenCount);
    }
  });

  it("is full once the future is hidden and the diagonal is not 0", () => {
    for (const map of ["elu", "exp", "softmax", "cosine"] as const) {
      const { matrix, rank } = measure(lab, given({ map, causal: true })).linear;
      for (let i = 0; i < tokenCount; i++) expect(matrix.values[i * (tokenCount + 1)]).toBeGreaterThan(0);
      // Triangular, so full; float32 may lose the smallest few.
      expect(rank).toBeGreaterThan(tokenCount - 5);
    }
    expect(measure(lab, given({ causal: true })).linear.rank).toBe(tokenCount);
  });
});

describe("all but the nearest keys hidden", () => {
  it("leaves the weights of a band, which sum to 1 again", () => {
    const band = truncated(Float32Array.from([1, 2, 5, 3, 1, 4, 7, 2, 2]), 3, 1);
    expect(Array.from(band, (weight) => Number(weight.toFixed(4)))).toEqual([
      ...[0.3333, 0.6667, 0],
      ...[0.375, 0.125, 0.5],
      ...[0, 0.5, 0.5],
    ]);
    expect(truncated(Float32Array.from([0, 9, 9, 0]), 2, 0)).toEqual(Float32Array.from([0, 9, 9, 0]));
    expect(entropiesOf(truncated(new Float32Array(4), 2, 1), 2).every(Number.isNaN)).toBe(true);
  });

  it("lifts the rank far above the number of features, as the article says", () => {
    for (const map of ["elu", "exp", "cosine"] as const) {
      const { linear } = measure(lab, given({ map, near: 2 }));
      expect(linear.rank).toBeGreaterThan(tokenCount / 2);
      expect(linear.spread).toBeLessThanOrEqual(5);
    }
  });

  it("is what averaging is measured by", () => {
    expect(spreadOf(uniformWeights(8, { causal: false, near: 0 }), 8)).toBeCloseTo(8, 5);
    expect(spreadOf(uniformWeights(8, { causal: true, near: 0 }), 8)).toBeCloseTo(4.5, 5);
    expect(spreadOf(uniformWeights(8, { causal: false, near: 1 }), 8)).toBeCloseTo((6 * 3 + 2 * 2) / 8, 5);
    expect(spreadOf(uniformWeights(8, { causal: true, near: 1 }), 8)).toBeCloseTo((7 * 2 + 1) / 8, 5);
  });
});

describe("all maps over many draws", () => {
  it("spread nearly as wide as averaging, and the wider the longer; softmax does not", () => {
    const { ranks, spreads, uniform, uniformRank } = runNow(survey(lab, given()));
    lengths.forEach((n, i) => {
      expect(uniform[i]).toBeCloseTo(n, 3);
      for (const name of surveyed) {
        const { low, middle, high } = spreads[name][i] ?? { low: NaN, middle: NaN, high: NaN };
        expect(low).toBeLessThanOrEqual(middle);
        expect(middle).toBeLessThanOrEqual(high);
        expect(high).toBeLessThan(1.0001 * n);
      }
      expect(spreads.elu[i]?.middle).toBeGreaterThan(0.7 * n);
      expect(spreads.exact[i]?.middle).toBeLessThan(0.6 * (spreads.elu[i]?.middle ?? 0));
      expect(spreads.exp[i]?.middle).toBeLessThan(spreads.elu[i]?.middle ?? 0);
    });
    expect(ranks).toEqual({ exact: 64, elu: 8, relu: 8, exp: 8, softmax: 8, cosine: 9 });
    expect(uniformRank).toBe(1);
  });

  it("hold the draw in view among them", () => {
    const one = given({ seed: 4, near: 4 });
    const { ranks, spreads } = runNow(survey(lab, one));
    const measured = measure(lab, one);
    expect(ranks.elu).toBe(measured.linear.rank);
    const at = lengths.indexOf(tokenCount);
    const drawn = Array.from({ length: drawCount }, (_, i) => {
      const input = { ...one, seed: seedOf(4, i) };
      return measure(lab, input).linear.spread;
    }).sort((a, b) => a - b);
    expect(drawn).toContain(measured.linear.spread);
    expect(spreads.elu[at]).toEqual({ low: drawn[1], middle: drawn[4], high: drawn[7] });
    expect(rankOf(Float64Array.from([1, 0.5, 1e-9]))).toBe(2);
  });
});

describe("in words and files", () => {
  it("says how many rows have no weight", () => {
    const measured = measure(lab, given({ map: "relu", d: "2" }));
    const { q } = problemOf(given({ d: "2" }), tokenCount);
    const negative = Array.from({ length: tokenCount }, (_, i) => q.data.subarray(2 * i, 2 * i + 2)).filter((row) =>
      row.every((entry) => entry <= 0),
    );
    expect(measured.empty).toBe(negative.length);
    expect(captionOf(translator({ en, zh }, "en"), new Numbers("en"), measured)).toMatch(/above 0: \d+\.$/);
    expect(measure(lab, given()).empty).toBe(0);
  });

  it("says the ranks and the spreads", () => {
    const measured = measure(lab, given());
    const english = captionOf(translator({ en, zh }, "en"), new Numbers("en"), measured);
    expect(english).toMatch(/^elu \+ 1, 64 tokens, 8 channels: the matrix of linear attention has rank 8, .* 64\./);
    expect(captionOf(translator({ en, zh }, "zh"), new Numbers("zh"), measured)).toContain("秩是 8，softmax 的是 64。");
    const masked = measure(lab, given({ causal: true, near: 4 }));
    expect(captionOf(translator({ en, zh }, "en"), new Numbers("en"), masked)).toMatch(
      /8 channels, the future hidden, only 4 keys kept on each side: the matrix/,
    );
    const rows = linearCsv(measured, undefined).trim().split("\n");
    expect(rows).toHaveLength(1 + 2 * tokenCount);
    const all = linearCsv(measured, runNow(survey(lab, given())))
      .trim()
      .split("\n");
    expect(all).toHaveLength(rows.length + (surveyed.length + 1) * lengths.length);
    expect(new Set(all.map((row) => row.replace(/"[^"]*"/g, "").split(",").length))).toEqual(new Set([6]));
  });

  it.each(mapNames)("copies a program that prints the same, %s", async (map) => {
    for (const [causal, near] of [
      [false, 0],
      [true, 0],
      [false, 4],
    ] as const) {
      const input = given({ map, causal, near, seed: 2, d: map === "relu" ? "2" : "8" });
      const lines = await programs.lines(linearCode("Title", input));
      const { exact, linear } = measure(lab, input);
      const line = (name: string, { rank, spread }: typeof exact): string =>
        `${name} rank ${rank} keys per row ${spread.toFixed(3)}`;
      expect(lines).toEqual([line("softmax", exact), line("linear", linear)]);
    }
  });
});
