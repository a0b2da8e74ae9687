import { afterEach, expect, it, vi } from "vitest";
import { runNow } from "../shared/tasks/task.js";
import { timed } from "../shared/timing.js";
import { isDisturbed, race } from "./race.js";

afterEach(() => vi.restoreAllMocks());

it("makes samples that last, of calls too short for a clock that is rounded", () => {
  let [time, calls] = [0, 0];
  vi.spyOn(performance, "now").mockImplementation(() => Math.floor(time * 10) / 10);
  const run = (): void => {
    time += 0.02;
    calls++;
  };
  const [timed] = runNow(race([{ run, multiplier: 2 }], { samples: 3, warmMilliseconds: 10 }));
  expect(timed?.milliseconds).toBeCloseTo(0.04, 2);
  expect(timed?.samples).toBe(3);
  // 256 calls last 5 ms; a call that seems to take no time must not be repeated thousands of times.
  expect(calls).toBeLessThan(2000);
});

it("takes samples in turn, and tells how far it is", () => {
  const order: string[] = [];
  const racer = (name: string) => ({
    run: () => {
      order.push(name);
      for (const end = performance.now() + 5; performance.now() < end;);
    },
  });
  const steps = [...race([racer("a"), racer("b")], { samples: 3, warmMilliseconds: 0 })];
  expect(order.slice(-6)).toEqual(["a", "b", "a", "b", "a", "b"]);
  expect(steps.at(-1)).toBe(1);
});

it("calls samples of the ceiling that disagree disturbed", () => {
  expect([0.05, 0.2].map((spread) => isDisturbed({ ...timed([1]), spread }))).toEqual([false, true]);
});
