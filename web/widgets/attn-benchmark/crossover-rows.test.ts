import { describe, expect, it } from "vitest";
import { Numbers } from "../shared/format.js";
import { translator } from "../shared/text.js";
import { methodKeys } from "./crossover.js";
import { about, cellOf, crossoverCaption, crossoverRows, methodKind, methodLabel } from "./crossover-rows.js";
import { crossoverCsv } from "./exports.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";
import { someCrossovers, someMethods } from "./testing.js";
import { apart } from "./view/crossover-chart.js";

const t = translator({ en, zh }, "en");
const numbers = new Numbers("en");

it("names every method and gives it the look of its family", () => {
  for (const key of methodKeys) expect(methodLabel(t, key), key).not.toBe(key);
  expect(methodKeys.map(methodKind)).toEqual([
    "linear",
    "linear",
    "performer",
    "performer",
    "nystrom",
    "sparse",
    "sparse",
  ]);
});

it("writes lengths in two digits", () => {
  expect([7, 76, 557.6, 1431, 12_345].map((n) => about(numbers, n))).toEqual(["7", "76", "560", "1400", "12,000"]);
});

it("has a row for every method, with a dash where nothing was measured", () => {
  expect(someMethods.map((method) => cellOf(numbers, method))).toEqual(["< 64 (0.50)", "560 (0.10)", "> 4096 (1.25)"]);
  const rows = crossoverRows(t, numbers, { stored: undefined, here: someMethods });
  expect(rows).toHaveLength(methodKeys.length);
  expect(rows[0]).toEqual(["Linear (elu)", "–", "–"]);
  expect(rows[2]).toEqual(["Performer", "–", "560 (0.10)"]);
});

describe("the caption", () => {
  it("tells the first and the last, stored and here", () => {
    const caption = crossoverCaption(t, numbers, { stored: someMethods, measured: someCrossovers() });
    expect(caption).toContain(
      "On your machine, the first is Sparse (local), at 64 tokens already; the last is Performer (causal), not yet at 4096 tokens.",
    );
    expect(caption).toContain("the stored run, the first to be faster is Sparse (local), at 64 tokens already");
    expect(caption).toContain("within 3×10⁻⁶ of double");
  });

  it("says what is missing, disturbed or wrong", () => {
    const caption = (...given: Parameters<typeof crossoverCaption>[2][]): string =>
      crossoverCaption(t, numbers, given[0] ?? { stored: undefined, measured: undefined });
    expect(caption()).toContain("not been measured yet");
    expect(caption()).not.toContain("stored");
    const disturbed = someMethods.map((method) => ({ ...method, disturbed: true }));
    expect(caption({ stored: disturbed, measured: undefined })).toContain("during the stored run");
    const wrong = someCrossovers({ correct: false, largestError: 0.5, disturbed: true });
    expect(caption({ stored: undefined, measured: wrong })).toMatch(/off by 0\.5 .*Something else was running/);
  });
});

it("exports every ratio", () => {
  const lines = crossoverCsv([{ title: "Here, now", methods: someMethods }])
    .trimEnd()
    .split("\r\n");
  expect(lines).toHaveLength(1 + 6);
  expect(lines[1]).toBe('"Here, now",sparse-local,64,0.9');
});

describe("names at the ends of lines", () => {
  it("stay where they are when there is room", () => {
    expect(apart([100, 20, 60])).toEqual([100, 20, 60]);
  });

  it("move apart around where they want to be, in their order", () => {
    expect(apart([50, 50])).toEqual([43, 57]);
    const wanted = [30, 32, 31, 60, 200];
    const heights = apart(wanted);
    const order = (values: readonly number[]): number[] =>
      values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
    expect(order(heights)).toEqual(order(wanted));
    const sorted = [...heights].sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) {
      expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(14);
    }
    expect(heights[4]).toBe(200);
  });
});
