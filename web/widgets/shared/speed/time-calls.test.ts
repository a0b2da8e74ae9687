import { expect, it } from "vitest";
import { runNow } from "../tasks/task.js";
import { timed } from "../timing.js";
import { isDisturbed, timeCalls } from "./time-calls.js";

it("takes a run for disturbed where its quartiles are far apart", () => {
  expect(isDisturbed(timed([1, 1, 1.1, 1.1, 9]))).toBe(false);
  expect(isDisturbed(timed([1, 1, 2, 2, 2]))).toBe(true);
});

it("makes samples of as many calls as the clock needs, after warming up", () => {
  let calls = 0;
  const { samples, milliseconds } = runNow(timeCalls(() => calls++, 5));
  expect(samples).toBe(5);
  expect(milliseconds).toBeLessThan(1);
  expect(calls).toBeGreaterThan(5 * 64);
});

it("tells how many of the samples there are", () => {
  const begin = performance.now();
  const slow = (): void => {
    while (performance.now() - begin < 2) void 0;
  };
  expect([...timeCalls(slow, 4, 0)]).toEqual([0.25, 0.5, 0.75, 1]);
});
