import { load } from "attnlab";
import { expect, it } from "vitest";
import { Numbers } from "../../shared/format.js";
import { timeAt } from "../../shared/speed/race.js";
import { runNow } from "../../shared/tasks/task.js";
import { translator } from "../../shared/text.js";
import { numbers } from "../testing.js";
import { crossing, lengths, methodNames, methods, timeCrossover, type Crossover } from "./crossover.js";
import { plainAttention } from "./plain-attention.js";
import { crossoverCsv } from "./csv.js";
import { texts } from "./texts.js";
import { speedCaption } from "./view.js";

const lab = await load();

it("compares the kernel with loops that compute the same", () => {
  const [q, k, v] = [1, 2, 3].map((seed) => ({ data: numbers(33 * 8, seed, 2), shape: [33, 8] }));
  if (!q || !k || !v) throw new Error("three tensors");
  const exact = lab.attention(q, k, v).data;
  plainAttention(q, k, v).forEach((value, i) => expect(value).toBeCloseTo(exact[i] ?? NaN, 5));
});

it("times every method at every length that it promises, and says so", () => {
  const result = runNow(timeCrossover(lab, { samples: 1 }));
  for (const method of methodNames) {
    for (const n of lengths) {
      const time = timeAt(result.points[method], n);
      if (n <= methods[method].most) expect(time).toBeGreaterThan(0);
      else expect(time).toBeUndefined();
    }
  }
  for (const language of ["en", "zh"] as const) {
    const caption = speedCaption(translator(texts, language), new Numbers(language), result);
    expect(caption).not.toMatch(/[{}]|NaN|undefined/);
  }
  expect(crossoverCsv(result).trimEnd().split("\r\n")).toHaveLength(lengths.length + 1);
}, 60_000);

it("says from where on linear attention is faster", () => {
  const withLinear = (times: readonly number[]): Crossover => {
    const line = (at: (i: number) => number): Crossover["points"]["exact"] =>
      lengths.map((n, i) => ({ n, milliseconds: at(i), disturbed: false }));
    return {
      points: { exact: line(() => 1), plain: [], linear: line((i) => times[i] ?? 2) },
      variant: "simd",
      samples: 1,
    };
  };
  expect(crossing(withLinear([0.5, 2, 2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]))).toBeCloseTo(64 * Math.SQRT2, 6);
  expect(crossing(withLinear([0.5]))).toBeUndefined();
  expect(crossing(withLinear(lengths.map(() => 0.5)))).toBe(16);
});
