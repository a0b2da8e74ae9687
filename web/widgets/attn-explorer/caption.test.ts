import { load } from "attnlab";
import { expect, it } from "vitest";
import { Numbers } from "../shared/format.js";
import { runNow } from "../shared/tasks/task.js";
import { translator } from "../shared/text.js";
import { analyze, rowOf, strongest } from "./analysis.js";
import { captionOf } from "./caption.js";
import { headOf } from "./data/attention-data.js";
import { weightsCsv } from "./exports.js";
import { scaleNames } from "./schema.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";
import { someData } from "./testing.js";

const lab = await load();
const tokens = ["a", "b", "c", "d", "e"];
const data = someData({ queryTokens: tokens, keyTokens: tokens });
const head = { ...headOf(data, 0), causal: true, limit: 64, compare: scaleNames };

it.each(["en", "zh"] as const)("says what is shown, in %s", (language) => {
  const input = { ...head, scale: "entropy" as const };
  const row = rowOf(lab, input, 3);
  const caption = captionOf(translator({ en, zh }, language), new Numbers(language), {
    data,
    analysis: runNow(analyze(lab, input)),
    row,
    query: 3,
    strongest: strongest(row.weights),
    head: 1,
    scale: "entropy",
    causal: true,
  });
  expect(caption).toContain("log₅₁₂ n/√d");
  expect(caption).toContain("d");
  expect(caption).not.toMatch(/[{}]|NaN|undefined/);
  expect(caption).toContain(language === "zh" ? "第 2 层第 1 个头" : "Layer 2, head 1");
});

it("writes the map as CSV", () => {
  const analysis = runNow(analyze(lab, { ...head, scale: "sqrt" }));
  const lines = weightsCsv(data, analysis, "sqrt").trimEnd().split("\r\n");
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe("position,query,entropy (sqrt),entropy (even),1 a,2 b,3 c,4 d,5 e");
  expect(lines[1]).toBe("1,a,0,0,1,0,0,0,0");
  const last = (lines[5] ?? "").split(",").slice(4).map(Number);
  expect(last.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
});
