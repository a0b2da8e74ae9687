import { expect, it, vi } from "vitest";
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

it("is not misled by what held the machine up at first", () => {
  // A call of 10 µs by a clock of tenths of a millisecond; the last call to warm up takes 50 ms more.
  let [now, readings] = [0, 0];
  const clock = vi.spyOn(performance, "now").mockImplementation(() => {
    if (++readings === 4) now += 50;
    return Math.floor(now * 10) / 10;
  });
  const { samples, milliseconds } = runNow(
    timeCalls(() => {
      now += 0.01;
    }, 5),
  );
  clock.mockRestore();
  expect(samples).toBe(5);
  expect(milliseconds).toBeCloseTo(0.01, 2);
});

it("tells how many of the samples there are", () => {
  const begin = performance.now();
  const slow = (): void => {
    while (performance.now() - begin < 2) void 0;
  };
  expect([...timeCalls(slow, 4, 0)]).toEqual([0.25, 0.5, 0.75, 1]);
});
