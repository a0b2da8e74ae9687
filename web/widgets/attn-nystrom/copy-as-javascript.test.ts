import { load } from "attnlab";
import { beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { usualCourse } from "../shared/speed/race.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { runNow } from "../shared/tasks/task.js";
import { errorCode, inverseCode, leakCode, matricesCode, speedCode, stepsCode } from "./copy-as-javascript.js";
import { inverseOf } from "./inverse.js";
import { leakOf } from "./leak.js";
import { matricesOf, otherSource } from "./matrices.js";
import { inverseNames, orderNames, sourceNames, stepNames, type StepName } from "./schema.js";
import { stepsOf } from "./steps.js";
import { landmarkCounts, middleNames, sweepLandmarks, type Middle } from "./sweep.js";

const programs = copiedPrograms();
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const tokens = { drift: 0.9, sigma: 1.2, order: "sequence", seed: 2 } as const;

it.each([
  ...orderNames.flatMap((order) => inverseNames.map((inverse) => ({ order, inverse, from: "segments" }) as const)),
  ...orderNames.map((order) => ({ order, inverse: "iterative", from: "clusters" }) as const),
  { order: "sequence", inverse: "ridge", from: "clusters" } as const,
])("prints the errors of the matrices, $order, $inverse, $from", async ({ order, inverse, from }) => {
  const input = { ...tokens, order, inverse, from, landmarks: 9, iterations: 7 };
  const { errors } = matricesOf(lab, input);
  const lines = await programs.words(matricesCode("Two lines\nbecome one", input));
  expect(lines.map(([name]) => name)).toEqual(["nystrom", otherSource(from), "without", "uniform"]);
  expect(Number(lines[0]?.[1])).toBeCloseTo(errors.nystrom.output, 4);
  expect(Number(lines[1]?.[1])).toBeCloseTo(errors.rival.output, 4);
  expect(Number(lines[2]?.[1])).toBeCloseTo(errors.none.output, 4);
  expect(Number(lines[3]?.[1])).toBeCloseTo(errors.uniform.output, 5);
});

it.each(sourceNames)(
  "prints the errors for all numbers of landmarks from %s",
  async (from) => {
    const { errors, uniform } = runNow(sweepLandmarks(lab, { ...tokens, from }));
    const lines = await programs.words(errorCode("Error", { ...tokens, from }));
    expect(lines).toHaveLength(middleNames.length * landmarkCounts.length + 1);
    for (const [name, m, error] of lines.slice(0, -1)) {
      const at = landmarkCounts.findIndex((count) => String(count) === m);
      const shown = errors[name as Middle][at] ?? NaN;
      // What is left after many steps of an inverse that does not exist depends on the last bits.
      expect(Math.abs(Number(error) - shown)).toBeLessThan(2e-4 + 0.02 * Math.max(0, shown - 1));
    }
    expect(Number(lines.at(-1)?.[1])).toBeCloseTo(uniform, 5);
  },
  60_000,
);

it("prints the errors of the derivation", async () => {
  const input = { ...tokens, landmarks: 8, iterations: 6 };
  const { errors } = stepsOf(lab, input);
  const lines = await programs.words(stepsCode("Steps", input));
  expect(lines.map(([name]) => name)).toEqual([...stepNames, "uniform"]);
  for (const [name, error] of lines) expect(Number(error)).toBeCloseTo(errors[name as StepName].output, 5);
});

it("prints times, and none where there are more landmarks than tokens", async () => {
  const lines = await programs.words(speedCode("Speed", 200));
  expect(lines.map(([n]) => Number(n))).toEqual(usualCourse.lengths);
  for (const [n, exact, chosen, typical] of lines) {
    expect(Math.min(Number(exact), Number(typical))).toBeGreaterThan(0);
    expect(chosen).toMatch(Number(n) > 200 ? /^\d+\.\d{3}$/ : /^-$/);
  }
}, 60_000);

it("prints the steps of the iteration", async () => {
  const input = { ...tokens, landmarks: 8, start: 1 };
  const { kernelResiduals, kernelOutputs } = inverseOf(lab, input);
  const lines = await programs.words(inverseCode("Inverse", input));
  expect(lines).toHaveLength(kernelResiduals.length);
  lines.forEach(([, residual, output], step) => {
    expect(Number(residual)).toBeCloseTo(kernelResiduals[step] ?? NaN, 4);
    expect(Number(output)).toBeCloseTo(kernelOutputs[step] ?? NaN, 4);
  });
});

it("prints what of the future gets into the past, and the refusal", async () => {
  const input = { ...tokens, landmarks: 8, iterations: 6 };
  const { masked, refusal } = leakOf(lab, input);
  const [largest, refused] = await programs.words(leakCode("Leak", input));
  expect(Number(largest?.[1])).toBeCloseTo(Math.max(...masked.slice(0, -1)), 4);
  expect(refused?.[0]).toBe("UNSUPPORTED");
  expect(refused?.slice(1).join(" ")).toBe(refusal);
});
