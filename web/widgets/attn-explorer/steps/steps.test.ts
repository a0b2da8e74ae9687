import { load } from "attnlab";
import { expect, it } from "vitest";
import { Numbers } from "../../shared/format.js";
import { translator } from "../../shared/text.js";
import { rowOf } from "../analysis.js";
import { headOf } from "../data/attention-data.js";
import { someData } from "../testing.js";
import { stepsCaption } from "./caption.js";
import { stepsCsv } from "./csv.js";
import { stepsOf, type StepsOptions } from "./steps.js";
import { texts } from "./texts.js";

const lab = await load();
const data = someData({ nQ: 13, nK: 13 });
const row = rowOf(lab, { ...headOf(data, 0), causal: false, scale: "none" }, 6);
const plain: StepsOptions = { tile: 4, step: 0, sharpness: 1, forget: false, raw: false };

it("ends with the weights of the kernel, whatever the tile", () => {
  for (const tile of [1, 2, 4, 13, 16]) {
    const steps = stepsOf(lab, row, { ...plain, tile });
    expect(steps.step).toBe(Math.ceil(13 / Math.min(tile, 13)));
    expect(steps.error).toBeLessThan(1e-6);
    for (let j = 0; j < 13; j++) expect(steps.weights[j]).toBeCloseTo(row.weights[j] ?? NaN, 6);
  }
});

it("shows what was seen so far, and nothing of what comes", () => {
  const steps = stepsOf(lab, row, { ...plain, step: 2 });
  expect([steps.seen, steps.tiles]).toEqual([8, 4]);
  expect(Array.from(steps.weights.subarray(8))).toEqual([0, 0, 0, 0, 0]);
  expect(steps.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  expect(stepsOf(lab, row, { ...plain, step: 99 }).step).toBe(4);
});

it("is wrong without rescaling as soon as the maximum grows", () => {
  const rising = { ...row, products: Float32Array.from(row.products).sort() };
  expect(stepsOf(lab, rising, plain).error).toBeLessThan(1e-6);
  expect(stepsOf(lab, rising, { ...plain, forget: true }).error).toBeGreaterThan(0.05);
});

it("is no number without the maximum as soon as a logit is large", () => {
  const most = Math.max(...row.products);
  const sharpness = Math.ceil(100 / most);
  expect(stepsOf(lab, row, { ...plain, sharpness }).error).toBeLessThan(1e-5);
  expect(stepsOf(lab, row, { ...plain, sharpness, raw: true }).error).toBeNaN();
  expect(stepsOf(lab, row, { ...plain, raw: true }).error).toBeLessThan(1e-5);
});

it.each(["en", "zh"] as const)("tells it in words, in %s", (language) => {
  const t = translator(texts, language);
  const say = (options: StepsOptions, of = row): string =>
    stepsCaption(t, new Numbers(language), stepsOf(lab, of, options), options);
  const rising = { ...row, products: Float32Array.from(row.products).sort() };
  const falling = { ...row, products: Float32Array.from(row.products).sort().reverse() };
  const far = { ...row, products: row.products.map((product) => product - 200) };
  const captions = [
    say(plain, rising),
    say(plain, falling),
    say({ ...plain, forget: true }, rising),
    say({ ...plain, raw: true, sharpness: 32 }),
    say({ ...plain, raw: true }, far),
  ];
  expect(new Set(captions.map((caption) => caption.replace(/[\d.]+/g, ""))).size).toBe(5);
  for (const caption of captions) expect(caption).not.toMatch(/[{}]|undefined/);
  expect(captions[3]).toContain("∞/∞");
  expect(captions[4]).toContain("0/0");
});

it("writes the keys seen so far as CSV", () => {
  const lines = stepsCsv(stepsOf(lab, row, { ...plain, step: 1 }), undefined)
    .trimEnd()
    .split("\r\n");
  expect(lines[0]).toBe("position,key,logit,weight,weight (double)");
  expect(lines).toHaveLength(5);
});
