import { load } from "attnlab";
import { describe, expect, it } from "vitest";
import { Numbers } from "../format.js";
import { placeholders } from "../text.js";
import { speedCaption } from "./caption.js";
import { crossingOf, standingOf } from "./crossing.js";
import { speedCsv } from "./exports.js";
import { race, timeAt, type SpeedPoint } from "./race.js";
import { en, zh } from "./text.js";

const line = (times: readonly number[], from = 128): SpeedPoint[] =>
  times.map((milliseconds, i) => ({ n: from * 2 ** i, milliseconds, disturbed: i === 1 }));

describe("a race", () => {
  it("times every method where it runs, and tells how far it is", async () => {
    const called: string[] = [];
    const steps = race(await load(), ["even", "all"], {
      ...{ width: 4, lengths: [8, 16, 32], samples: 3 },
      calls: (q, _, v, n) => ({
        all: () => called.push(`${q.shape.join()} ${v.data.length}`),
        ...(n > 8 && { even: () => 0 }),
      }),
    });
    const shares: number[] = [];
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) shares.push(step.value);
    const { points, samples } = step.value;
    expect(samples).toBe(3);
    expect(points.all.map(({ n }) => n)).toEqual([8, 16, 32]);
    expect(points.even.map(({ n }) => n)).toEqual([16, 32]);
    expect(timeAt(points.even, 8)).toBeUndefined();
    expect(called).toContain("16,4 64");
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });
});

describe("the crossing", () => {
  it("is between the last length that is lost and the next", () => {
    const other = line([4, 4, 4, 4]);
    expect(crossingOf(line([1, 2, 8, 16]), other)).toBeCloseTo(256 * Math.SQRT2, 6);
    expect(crossingOf(line([9, 2, 8, 16]), other)).toBeCloseTo(256 * Math.SQRT2, 6);
    expect(standingOf(line([1, 1, 1, 1]), other)).toEqual({ kind: "never" });
    expect(standingOf(line([9, 9, 9, 9]), other)).toEqual({ kind: "always" });
  });

  it("compares the lengths that both have", () => {
    expect(crossingOf(line([1, 2, 8, 16]), line([4, 4], 256))).toBeCloseTo(256 * Math.SQRT2, 6);
    expect(standingOf(line([1, 2]), line([1, 1], 4096))).toEqual({ kind: "never" });
  });
});

describe("what is said", () => {
  it.each(["en", "zh"] as const)("has place, times, crossing, growth and a warning, in %s", (language) => {
    const caption = speedCaption(new Numbers(language), {
      lines: [
        { kind: "", label: "exact", points: line([1, 2, 8, 16]) },
        { kind: "", label: "A", points: line([4, 4, 4, 4]) },
        { kind: "", label: "B", points: line([40, 40, 40]).map((point) => ({ ...point, n: 2 * point.n })) },
      ],
      ...{ width: 64, variant: "simd", samples: 3 },
    });
    expect(caption).not.toMatch(/[{}]|NaN|undefined/);
    for (const part of ["simd", "16.0 ms", "360", "×2.0", "×1.0", "1024"]) expect(caption).toContain(part);
    expect(caption).toContain(language === "en" ? "not even at 1024" : "直到 1024");
    expect(caption).toContain(language === "en" ? "ring" : "圈");
  });

  it.each(Object.keys(en) as (keyof typeof en)[])("has the same placeholders in both languages: %s", (key) => {
    expect(placeholders(zh[key]).sort()).toEqual(placeholders(en[key]).sort());
    expect(zh[key]).not.toMatch(/[\u4e00-\u9fff][,;:!?()]/);
  });
});

it("gives a table of all lengths", () => {
  const text = speedCsv(["exact", "other"], { exact: line([1, 2]), other: line([5], 256) });
  expect(text.trimEnd().split("\r\n")).toEqual(["tokens,exact ms,other ms,disturbed", "128,1,,", "256,2,5,exact"]);
});
