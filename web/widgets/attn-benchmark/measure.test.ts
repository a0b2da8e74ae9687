import { load } from "attnlab";
import { expect, it, vi } from "vitest";
import { runNow } from "../shared/tasks/task.js";
import type { Ceiling } from "./ceiling.js";
import { measure } from "./measure.js";
import { someCeiling } from "./testing.js";

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

it("takes as the ceiling what was reached once, when other work slows most of its samples down", async () => {
  // A clock that every look moves by 50 ms, and every third run of the ceiling by no more, the others by 250.
  let [time, runs] = [0, 0];
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (time += 50));
  const slowed: Ceiling = {
    flops: 1e6,
    run(): void {
      time += ++runs % 3 === 0 ? 0 : 250;
    },
  };
  const { ceiling, disturbed } = runNow(measure(await load(), { size: "256", samples: 3 }, slowed));
  clock.mockRestore();
  // A million operations in 50 ms.
  expect(ceiling).toBeCloseTo(0.02, 10);
  expect(disturbed).toBe(true);
});

it("notices a wrong result", async () => {
  const lab = await load();
  const wrong: typeof lab = { ...lab, attention: lab.attention.bind(undefined) };
  Reflect.set(wrong, "attention", () => lab.tensor(new Float32Array(8 * 256 * 64), [8, 256, 64]));
  const { correct, largestError } = runNow(measure(wrong, { size: "256", samples: 1 }, someCeiling));
  expect(correct).toBe(false);
  expect(largestError).toBeGreaterThan(0.01);
});
