import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { runNow } from "../shared/tasks/task.js";
import { analyze, meanEntropy, rowEntropy, rowOf, scaleOptions, strongest, strongestFirst } from "./analysis.js";
import { headOf, visibleKeys } from "./data/attention-data.js";
import { scaleNames } from "./schema.js";
import { someData } from "./testing.js";
import { thumbnailsOf } from "./thumbnails.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

describe("rowEntropy", () => {
  it("is ln n for even weights, 0 for one weight, and takes zeros", () => {
    expect(rowEntropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 12);
    expect(rowEntropy([0, 1, 0])).toBeCloseTo(0, 12);
    expect(rowEntropy([])).toBe(0);
  });
});

describe("visibleKeys", () => {
  it("aligns the last query with the last key", () => {
    expect([0, 1, 2].map((row) => visibleKeys(3, 3, true, row))).toEqual([1, 2, 3]);
    expect([0, 1].map((row) => visibleKeys(2, 5, true, row))).toEqual([4, 5]);
    expect([0, 1, 2, 3].map((row) => visibleKeys(4, 2, true, row))).toEqual([0, 0, 1, 2]);
    expect(visibleKeys(4, 2, false, 0)).toBe(2);
  });
});

describe.each(scaleNames)("analyze with scale %s", (scale) => {
  // 700 x 700 is worked on in two blocks of queries; the others in one.
  it.each([
    [5, 5, false],
    [5, 5, true],
    [3, 9, true],
    [9, 3, true],
    [700, 700, true],
    [700, 640, false],
    [1, 1, true],
  ])("agrees with the whole matrix for %i queries, %i keys, causal %s", (nQ, nK, causal) => {
    const { q, k } = headOf(someData({ nQ, nK, d: 8 }), 1);
    const result = runNow(analyze(lab, { q, k, scale, causal, limit: 1024, compare: scaleNames }));
    const whole = lab.attentionWeights(q, k, { scale: scaleOptions[scale], causal }).data;
    expect(result.grid).toMatchObject({ rows: nQ, columns: nK });
    whole.forEach((weight, index) => {
      if (Math.abs(weight - (result.grid.values[index] ?? Number.NaN)) > 2e-6) {
        expect(result.grid.values[index]).toBeCloseTo(weight, 6);
      }
    });
    for (let i = 0; i < nQ; i++) {
      const visible = visibleKeys(nQ, nK, causal, i);
      const entropy = result.entropy[scale][i] ?? Number.NaN;
      if (visible === 0) expect(entropy).toBeNaN();
      else {
        expect(entropy).toBeCloseTo(rowEntropy(whole.subarray(i * nK, (i + 1) * nK)), 4);
        expect(result.ceiling[i]).toBe(Math.log(visible));
        expect(entropy).toBeLessThanOrEqual(Math.log(visible) + 1e-5);
      }
    }
  });

  it("gives the same row alone", () => {
    const { q, k } = headOf(someData({ nQ: 6, nK: 9 }), 0);
    const whole = lab.attentionWeights(q, k, { scale: scaleOptions[scale], causal: true }).data;
    const row = rowOf(lab, { q, k, scale, causal: true }, 3);
    expect(row.visible).toBe(7);
    expect([...row.weights]).toEqual(
      Array.from(whole.subarray(27, 36), (weight) => expect.closeTo(weight, 6) as number),
    );
    const logits = Array.from(row.products, (product) => Math.exp(product * row.factor));
    const sum = logits.reduce((a, b) => a + b);
    logits.forEach((value, j) => expect(value / sum).toBeCloseTo(row.weights[j] ?? Number.NaN, 5));
  });
});

describe("a row that sees nothing", () => {
  it("has zero weights and no part in the mean", () => {
    const { q, k } = headOf(someData({ nQ: 4, nK: 2 }), 0);
    const row = rowOf(lab, { q, k, scale: "entropy", causal: true }, 0);
    expect(row).toMatchObject({ visible: 0 });
    expect([...row.weights]).toEqual([0, 0]);
    expect(meanEntropy(Float64Array.of(Number.NaN, 1, 3))).toBe(2);
  });
});

describe("strongest", () => {
  it("takes the first of equals and sorts visible keys only", () => {
    expect(strongest(Float32Array.of(0.2, 0.4, 0.4))).toBe(1);
    const row = { weights: Float32Array.of(0.2, 0.7, 0.1, 0), products: new Float32Array(3), visible: 3, factor: 1 };
    expect(strongestFirst(row)).toEqual([1, 0, 2]);
  });
});

describe("thumbnailsOf", () => {
  it("gives one picture per head, also when queries share keys", () => {
    const data = someData({ heads: 4, keyHeads: 2, nQ: 60, nK: 60 });
    const all = runNow(thumbnailsOf(lab, { data, scale: "sqrt", causal: false }));
    expect(all).toHaveLength(4);
    expect(all[0]?.grid).toMatchObject({ rows: 30, columns: 30, blockRows: 2 });
    const alone = runNow(analyze(lab, { ...headOf(data, 3), scale: "sqrt", causal: false, limit: 8, compare: [] }));
    expect(all[3]?.entropy).toBeCloseTo(meanEntropy(alone.entropy.sqrt), 12);
  });
});
