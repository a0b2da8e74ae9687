import { describe, expect, it } from "vitest";
import { withRatios } from "../../benchmarks/lib/ratios.mjs";
import type { Case, Ceiling, Result } from "../../benchmarks/lib/types.js";
import { attention as loops } from "../../benchmarks/page/contestants/naive.js";
import { check, flops, inputs } from "../../benchmarks/page/operations/attention.js";

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
  });
});
