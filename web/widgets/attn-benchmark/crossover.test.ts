import { load, type Lab } from "attnlab";
import { expect, it } from "vitest";
import { runNow } from "../shared/tasks/task.js";
import { measureCrossovers, methodKeys } from "./crossover.js";
import { someCeiling } from "./testing.js";

it("times every method beside exact attention and holds the results to double precision", async () => {
  const lab = await load();
  const steps: number[] = [];
  const lengths = [64, 127, 256];
  const work = measureCrossovers(lab, { samples: 1, lengths }, someCeiling);
  let step = work.next();
  for (; step.done !== true; step = work.next()) steps.push(step.value);
  expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  expect(steps.at(-1)).toBe(1);
  const { variant, methods, largestError, correct } = step.value;
  expect(variant).toBe(lab.variant);
  expect(correct).toBe(true);
  expect(largestError).toBeLessThan(1e-5);
  expect(methods.map(({ key }) => key)).toEqual(methodKeys);
  for (const { points } of methods) {
    expect(points.map(({ n }) => n)).toEqual(lengths);
    for (const { ratio } of points) expect(ratio).toBeGreaterThan(0);
  }
});

it.each(["linearAttention", "performer", "nystromformer", "sparseAttention"] as const)(
  "notices a wrong result of %s",
  async (operation) => {
    const lab = await load();
    const wrong: Lab = { ...lab };
    // Right save for one entry of the last row.
    Reflect.set(wrong, operation, (...given: Parameters<Lab[typeof operation]>) => {
      const result = (lab[operation] as (...args: unknown[]) => { data: Float32Array })(...given);
      const { data } = result;
      data[data.length - 1] = (data.at(-1) ?? 0) + 1e-3;
      return result;
    });
    const { correct } = runNow(measureCrossovers(wrong, { samples: 1, lengths: [128] }, someCeiling));
    expect(correct).toBe(false);
  },
);
