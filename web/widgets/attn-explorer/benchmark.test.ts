import { load } from "attnlab";
import { expect, it } from "vitest";
import { runNow } from "../shared/tasks/task.js";
import { timed } from "../shared/timing.js";
import { attentionFlops, summarize, timeAttention } from "./benchmark.js";
import { someData } from "./testing.js";

it("counts two products of multiply-adds", () => {
  expect(attentionFlops(8, 1024, 1024, 64, 64)).toBe(4 * 8 * 1024 * 1024 * 64);
});

it("takes the median and notices a disturbed run", () => {
  expect(summarize(timed([3, 1, 2]), 2e6, "simd")).toEqual({
    milliseconds: 2,
    samples: 3,
    gigaflops: 1,
    variant: "simd",
    disturbed: true,
  });
  expect(summarize(timed([1, 1, 1.1, 1.1, 9]), 1e6, "simd").disturbed).toBe(false);
});

it("times real calls", async () => {
  const lab = await load();
  const { q, k } = someData({ nQ: 16, nK: 16 });
  const shape = [2, 16, 4];
  const timing = runNow(
    timeAttention(lab, { q: { data: q, shape }, k: { data: k, shape }, v: { data: k, shape }, samples: 3 }),
  );
  expect(timing).toMatchObject({ samples: 3, variant: lab.variant });
  expect(timing.milliseconds).toBeGreaterThan(0);
  expect(timing.gigaflops).toBeGreaterThan(0);
});
