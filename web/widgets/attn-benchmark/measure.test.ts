import { load } from "attnlab";
import { afterEach, expect, it, vi } from "vitest";
import { runNow } from "../shared/tasks/task.js";
import type { Ceiling } from "./ceiling.js";
import { measure } from "./measure.js";
import { someCeiling } from "./testing.js";

afterEach(() => vi.restoreAllMocks());

it("times both, and holds the result to double precision", async () => {
  const lab = await load();
  const steps: number[] = [];
  const work = measure(lab, { size: "256", samples: 3 }, someCeiling);
  let step = work.next();
  for (; step.done !== true; step = work.next()) steps.push(step.value);
  expect(steps.at(-1)).toBe(1);
  expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  expect(step.value).toMatchObject({ size: "256", variant: lab.variant, flops: 4 * 8 * 256 * 256 * 64, correct: true });
  expect(step.value.largestError).toBeLessThan(2e-6);
  for (const { milliseconds, samples } of [step.value.ours, step.value.loops]) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(samples).toBe(3);
  }
  expect(step.value.ours.milliseconds).toBeLessThan(step.value.loops.milliseconds);
});

it("takes as the ceiling the median, or what was reached once, if other work slows samples down", async () => {
  // A clock that every look moves by 50 ms, and two runs of the ceiling in three by more.
  let [time, runs] = [0, 0];
  vi.spyOn(performance, "now").mockImplementation(() => (time += 50));
  const slowed = (more: number): Ceiling => ({
    flops: 1e6,
    run(): void {
      time += ++runs % 3 === 0 ? 0 : more;
    },
  });
  const lab = await load();
  // A million operations in 51 ms, and in 50.
  const quiet = runNow(measure(lab, { size: "256", samples: 3 }, slowed(1)));
  expect(quiet.ceiling).toBeCloseTo(1 / 51, 10);
  expect(quiet.disturbed).toBe(false);
  const busy = runNow(measure(lab, { size: "256", samples: 3 }, slowed(200)));
  expect(busy.ceiling).toBeCloseTo(1 / 50, 10);
  expect(busy.disturbed).toBe(true);
});

it("notices a wrong result", async () => {
  const lab = await load();
  const wrong: typeof lab = { ...lab, attention: lab.attention.bind(undefined) };
  Reflect.set(wrong, "attention", () => lab.tensor(new Float32Array(8 * 256 * 64), [8, 256, 64]));
  const { correct, largestError } = runNow(measure(wrong, { size: "256", samples: 1 }, someCeiling));
  expect(correct).toBe(false);
  expect(largestError).toBeGreaterThan(0.01);
});
