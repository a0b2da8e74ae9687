import { describe, expect, it } from "vitest";
import { linearReport } from "../../benchmarks/lib/linear_report.mjs";
import { linearDisturbances, linearSection } from "../../benchmarks/lib/linear_section.mjs";
import { withRatios } from "../../benchmarks/lib/ratios.mjs";
import { memoryReport, pageReport } from "../../benchmarks/lib/report.mjs";
import { storedAttention, storedReport, storedRows } from "../../benchmarks/lib/stored.mjs";
import type { Case, Ceiling, Result, Traffic } from "../../benchmarks/lib/types.js";
import { rateOf } from "../../benchmarks/page/ceilings.js";
import { attention as loops } from "../../benchmarks/page/contestants/naive.js";
import { crossoverOf, METHODS } from "../../benchmarks/page/linear/names.js";
import { windowPairs } from "../../benchmarks/page/linear/methods.js";
import { check, flops, inputs } from "../../benchmarks/page/operations/attention.js";
import * as entropyNormalize from "../../benchmarks/page/operations/entropy_normalize.js";

const times = (milliseconds: number, spread = 0.01): Ceiling => ({
  name: "ceiling",
  milliseconds,
  fastest: milliseconds,
  slowest: milliseconds,
  spread,
  samples: 9,
});

const result = (name: string, kind: Result["kind"], milliseconds: number, more: Partial<Result> = {}): Result => ({
  ...times(milliseconds),
  name,
  kind,
  threads: 1,
  gflops: 100 / milliseconds,
  ...more,
});

const entry = (results: Result[], ceilings: Ceiling[]): Case => ({ operation: "o", label: "l", results, ceilings });

describe("the ratios of a case", () => {
  const { results } = withRatios(
    entry(
      [
        result("a", "ours", 4, { variant: "relaxed" }),
        result("pool", "ours", 2, { variant: "relaxed", threads: 2, oneThread: "a" }),
        result("p1", "peer", 8),
        result("p2", "peer", 3, { threads: 2 }),
        result("loops", "naive", 40),
        { name: "gone", kind: "ours", threads: 1, failure: "not in this build", absent: true },
      ],
      [
        { ...times(1), variant: "relaxed", gflops: 50 },
        { ...times(1), variant: "simd", gflops: 40 },
      ],
    ),
  );

  it("compare us with peers of as many threads, with the best of all, with the loops and with our own arithmetic", () => {
    expect(results[0]?.ratios).toEqual({ toPeer: 0.5, toBestPeer: 4 / 3, toLoops: 0.1, toCeiling: 0.5 });
  });

  it("tell what the pool gains", () => {
    expect(results[1]?.ratios).toMatchObject({ toPeer: 2 / 3, toBestPeer: 2 / 3, speedUp: 2 });
  });

  it("say nothing about what was not measured", () => {
    expect(results[5]).not.toHaveProperty("ratios");
    expect(results[2]?.ratios).toEqual({});
  });
});

it("holds what moves memory to its floor, and a backward pass to its forward pass", () => {
  const backward = result("a", "ours", 6, { beside: { label: "forward", milliseconds: 3 } });
  const { results } = withRatios(entry([backward], [{ ...times(4), gigabytesPerSecond: 20 }]));
  expect(results[0]?.ratios).toMatchObject({ toFloor: 1.5, toBeside: 2 });
});

it("marks a case as disturbed when a ceiling's samples differ", () => {
  expect(withRatios(entry([], [times(1, 0.09)])).disturbed).toBe(false);
  expect(withRatios(entry([], [times(1, 0.02), times(1, 0.3)])).disturbed).toBe(true);
});

describe("what moves memory", () => {
  const traffic: Traffic = { kind: "copy", gigabytesPerSecond: 10, spread: 0.01, samples: 18 };
  const moved = (more: Partial<Traffic> = {}): Case =>
    withRatios({
      ...entry([result("a", "ours", 6)], [{ ...times(4), gigabytesPerSecond: 20 }]),
      bytes: 4e7,
      traffic: { ...traffic, ...more },
    });

  it("is held to its bytes at the rate of memory, and to the same copy where the cache may hold it", () => {
    // 40 MB at 10 GB/s take 4 ms.
    expect(moved().results[0]?.ratios).toMatchObject({ toTraffic: 1.5, toFloor: 1.5 });
    expect(moved({ gigabytesPerSecond: 20 }).results[0]?.ratios).toMatchObject({ toTraffic: 3, toFloor: 1.5 });
  });

  it("is disturbed when the rates before and after differ", () => {
    expect(moved().disturbed).toBe(false);
    expect(moved({ spread: 0.3 }).disturbed).toBe(true);
  });

  it("takes the median of both, before and after", () => {
    const part = (samples: number[]): { kind: string; bytes: number; samples: number[] } => ({
      kind: "read",
      bytes: 4e6,
      samples,
    });
    const { gigabytesPerSecond, spread, samples } = rateOf([part([1, 1, 1]), part([2, 2])]);
    expect([gigabytesPerSecond, samples]).toEqual([4, 5]);
    expect(spread).toBe(1);
  });

  it("has a column for each in the printed table, and a row for memory", () => {
    const report = pageReport({ isolated: true, traffic: [], cases: [moved()] });
    expect(report).toMatch(/÷ memory +÷ in cache/);
    expect(report).toMatch(/these bytes copied in memory +4\.00 +10\.0/);
  });
});

it("prints what attention takes beyond inputs and result", () => {
  const report = memoryReport([{ label: "8 heads", variant: "relaxed", bytes: 3e6, packed: 2e6 }]);
  expect(report).toMatch(/8 heads \(relaxed\) +3\.00 +2\.00 +1\.00/);
});

describe("where a method meets exact attention", () => {
  const at = (...ratios: number[]): { n: number; ratio: number }[] =>
    ratios.map((ratio, index) => ({ n: 64 * 2 ** index, ratio }));

  it("is between two lengths on a logarithmic scale", () => {
    expect(crossoverOf(at(2, 0.5))).toBe(Math.round(64 * Math.SQRT2));
    expect(crossoverOf(at(4, 0.5))).toBe(Math.round(64 * 2 ** (2 / 3)));
  });

  it("is after the last length at which exact attention is faster", () => {
    expect(crossoverOf(at(0.9, 3, 2, 0.5))).toBe(Math.round(256 * Math.SQRT2));
    expect(crossoverOf(at(2, 1))).toBe(128);
  });

  it("may lie outside", () => {
    expect(crossoverOf(at(0.9, 0.5))).toBe("below");
    expect(crossoverOf(at(9, 1.5))).toBe("beyond");
    expect(crossoverOf(at(0.9, Number.NaN))).toBe("beyond");
  });
});

describe("attention of linear cost", () => {
  const ceiling = (spread = 0.01): Ceiling => ({ ...times(1, spread), name: "fused", variant: "relaxed", gflops: 50 });
  const measured = (key: string, n: number, milliseconds: number, causal = false) => ({
    ...times(milliseconds),
    key,
    n,
    causal,
    flops: n * 1e4,
    largestError: 1e-6,
  });
  const parts = (spread = 0.01): Parameters<typeof linearSection>[0] => ({
    settings: { d: 64, features: 256, variant: "relaxed" },
    long: {
      ceiling: ceiling(spread),
      entries: [
        measured("linear-elu", 4096, 2),
        { ...measured("linear-elu", 4096, 1), residents: true },
        measured("linear-elu", 8192, 4.2),
        measured("linear-elu", 8192, 6.3, true),
        measured("performer", 8192, 10),
        measured("performer-causal", 8192, 15, true),
        { key: "nystromformer", n: 8192, causal: false, failure: "wrong by 1.0e-1" },
      ],
    },
    beside: [64, 128].map((n, index) => ({
      n,
      ceiling: ceiling(spread),
      entries: [
        measured("exact", n, 4),
        measured("exact", n, 1, true),
        measured("linear-elu", n, index === 0 ? 8 : 2),
        measured("performer-causal", n, 3, true),
      ],
    })),
    memory: [{ key: "performer", heads: 8, n: 65_536, seconds: 2, bytes: 6.8e7, largestError: 1e-7 }],
    endurance: {
      stability: [{ norm: 2000, largestError: 1e-5 }],
      decoder: { tokens: 1_000_000, microseconds: 3, grownBytes: 0, largestError: 0 },
    },
  });
  const section = linearSection(parts());
  const method = (key: string) => section.methods.find((one) => one.key === key);

  it("has every method, with rate, share, growth and the cost of a causal mask", () => {
    expect(section.methods.map(({ key }) => key)).toEqual(METHODS.map(({ key }) => key));
    expect(method("linear-elu")).toMatchObject({
      lengths: [
        { n: 4096, gflops: 20.48, toCeiling: 0.4096, residents: { milliseconds: 1, toCeiling: 0.8192 } },
        { n: 8192, toHalf: 2.1 },
      ],
      besideFull: [{ n: 8192, milliseconds: 6.3 }],
    });
    expect(method("linear-elu")?.lengths[0]).not.toHaveProperty("toHalf");
    expect(method("linear-elu")?.besideFull[0]?.toFull).toBeCloseTo(1.5, 10);
    expect(method("performer")?.besideFull).toMatchObject([{ n: 8192, toFull: 1.5 }]);
    expect(method("performer-causal")).toMatchObject({ causal: true, lengths: [{ n: 8192 }], besideFull: [] });
  });

  it("compares causal with causal, and tells where they meet", () => {
    expect(method("linear-elu")).toMatchObject({ toExact: [{ ratio: 2 }, { ratio: 0.5 }], crossover: 91 });
    expect(method("performer-causal")).toMatchObject({ toExact: [{ ratio: 3 }, { ratio: 3 }], crossover: "beyond" });
    expect(method("sparse-local")).not.toHaveProperty("crossover");
  });

  it("tells what was wrong instead of timing it", () => {
    expect(method("nystromformer")).toMatchObject({ lengths: [], failures: ["8192 tokens: wrong by 1.0e-1"] });
    expect(linearReport(section)).toContain("nystromformer, 64 landmarks, 8192 tokens: wrong by 1.0e-1");
  });

  it("says when something else was running", () => {
    expect(linearDisturbances(section)).toEqual([]);
    expect(linearReport(section)).not.toContain("disturbed");
    const busy = linearSection(parts(0.4));
    expect(busy.methods[0]?.toExact.every(({ disturbed }) => disturbed)).toBe(true);
    expect(linearDisturbances(busy)).toHaveLength(3);
    expect(linearReport(busy)).toContain("one head of 64 (disturbed)");
    expect(linearReport(busy)).toContain("128 (disturbed)");
  });

  it("is stored for the widget, and left out where it was not measured", () => {
    const report = storedReport();
    const { crossovers } = storedAttention({ ...report, linear: section });
    expect(crossovers?.[0]).toEqual({
      key: "linear-elu",
      crossover: 91,
      disturbed: false,
      points: [
        { n: 64, ratio: 2 },
        { n: 128, ratio: 0.5 },
      ],
    });
    const before = { ...report };
    delete before.linear;
    expect(storedAttention(before)).not.toHaveProperty("crossovers");
  });
});

it("stores what a case is held to, and what was measured beside it", () => {
  const report = storedReport();
  const rowOf = (one: Case) => storedRows({ ...report, pages: [{ isolated: true, traffic: [], cases: [one] }] })[0];
  const relaxed = { variant: "relaxed" } as const;
  const copied = withRatios({
    ...entry([result("a", "ours", 6, relaxed)], [{ ...times(4), gigabytesPerSecond: 20 }]),
    bytes: 2e7,
    traffic: { kind: "copy", gigabytesPerSecond: 10, spread: 0, samples: 18 },
  });
  expect(rowOf(copied)?.limit).toEqual({ traffic: 3, floor: 1.5 });
  const beside = { label: "full", milliseconds: 8 };
  const causal = withRatios(
    entry([result("a", "ours", 4, { ...relaxed, beside })], [{ ...times(4), variant: "relaxed", gflops: 50 }]),
  );
  expect(rowOf(causal)).toMatchObject({ limit: { ceiling: 0.5 }, beside: { label: "full", ratio: 0.5 } });
});

describe("attention's check", () => {
  const size = { heads: 2, n: 19, d: 5, causal: true };
  const given = inputs(size);

  it("accepts the loops, measured whole or in part", () => {
    const task = loops(size, given);
    expect(check(size, given, task.result()).correct).toBe(true);
    const long = { heads: 8, n: 256, d: 4, causal: false };
    expect(loops(long, inputs(long)).multiplier).toBe(2);
  });

  it("refuses a wrong entry, a NaN and a wrong length", () => {
    for (const wrong of [0.5, Number.NaN]) {
      const spoiled = Float32Array.from(loops(size, given).result());
      spoiled[spoiled.length - 1] = wrong;
      expect(check(size, given, spoiled).correct).toBe(false);
    }
    expect(check(size, given, new Float32Array(3)).correct).toBe(false);
  });

  it("counts visible pairs only", () => {
    expect(flops({ heads: 1, n: 3, d: 2, causal: true })).toBe(4 * 2 * 6);
    expect(flops({ heads: 1, n: 9, d: 1, causal: false, window: 2 })).toBe(4 * windowPairs(9, 2));
    expect(flops({ heads: 1, n: 9, d: 1, causal: true, window: 2 })).toBe(4 * (1 + 2 + 7 * 3));
    expect(windowPairs(9, 2)).toBe(3 + 4 + 5 * 5 + 4 + 3);
    expect(windowPairs(4, 64)).toBe(16);
  });
});

describe("entropyNormalize's check", () => {
  const size = { rows: 3, columns: 256 };
  const given = entropyNormalize.inputs(size);

  it("refuses the softmax at another entropy", () => {
    const plain = given.x.map(Math.exp);
    for (let row = 0; row < size.rows; ++row) {
      const weights = plain.subarray(row * size.columns, (row + 1) * size.columns);
      const sum = weights.reduce((a, b) => a + b, 0);
      weights.forEach((weight, c) => (weights[c] = weight / sum));
    }
    const { correct, largestError } = entropyNormalize.check(size, given, plain);
    expect(correct).toBe(false);
    expect(largestError).toBeLessThan(0.1);
  });
});
