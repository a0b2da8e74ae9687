import { expect, it } from "vitest";
import { Numbers } from "../shared/format.js";
import { translator } from "../shared/text.js";
import { barsSvg, figuresCsv } from "./exports.js";
import { cellsOf, measuredRows, standing, storedRows } from "./rows.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";
import { someMeasured, someStored } from "./testing.js";

const t = translator({ en, zh }, "en");
const numbers = new Numbers("en");

it("takes rate and share from time, work and ceiling", () => {
  const [ours, loops] = measuredRows(t, someMeasured());
  expect(ours).toMatchObject({ kind: "ours", label: "attnlab, relaxed SIMD", milliseconds: 4 });
  expect(ours?.gflops).toBeCloseTo(33.55, 2);
  expect(ours?.share).toBeCloseTo(0.671, 3);
  expect(loops).toMatchObject({ kind: "loops", milliseconds: 60 });
});

it("puts the fastest of the stored run first, whoever it is", () => {
  expect(storedRows(t, someStored(2)).map(({ kind }) => kind)).toEqual(["peer", "ours", "loops"]);
  expect(storedRows(t, someStored(5)).map(({ kind }) => kind)).toEqual(["ours", "peer", "loops"]);
});

it("compares the fastest of ours with the fastest peer, or says nothing", () => {
  const best = standing(someStored(2));
  expect([best?.ours.who, best?.peer.who]).toEqual(["attnlab", "onnxruntime-web 1.30.0"]);
  expect(standing({ ...someStored(2), runs: [] })).toBeUndefined();
});

it("writes a row as text", () => {
  const [row] = measuredRows(t, someMeasured());
  expect(row && cellsOf(numbers, row)).toEqual(["attnlab, relaxed SIMD", "4.00 ms", "33.6", "67%"]);
});

it("exports every figure, and bars that are longer in the ratio of the figures, but no longer than the box", () => {
  const groups = [
    {
      title: "Here & now",
      rows: measuredRows(t, someMeasured({ ceiling: 1 })),
      ceiling: { label: "One core", figures: "all of it" },
    },
    { title: "Stored", rows: storedRows(t, someStored(2)) },
  ];
  const lines = figuresCsv(groups).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + 2 + 3);
  expect(lines[1]).toBe('Here & now,"attnlab, relaxed SIMD",4,33.554,33.554');
  const { text } = barsSvg("A <title>", groups, () => "x");
  expect(text).toContain("A &lt;title&gt;");
  expect(text).toContain("Here &amp; now");
  expect(text).not.toContain("style=");
  const widths = [...text.matchAll(/<rect x="270"[^>]*width="(\d+)"/g)].map((match) => Number(match[1]));
  expect(widths).toHaveLength(12);
  expect(Math.max(...widths)).toBe(300);
  // Beside each box its bar: 33.6 and 2.24 times what a core can do, and that.
  expect([1, 3, 5].map((index) => widths[index])).toEqual([300, 20, 9]);
  expect(text).toContain(">all of it<");
});
