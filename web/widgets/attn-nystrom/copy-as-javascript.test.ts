import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { load } from "attnlab";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { runNow } from "../shared/tasks/task.js";
import { errorCode, inverseCode, leakCode, matricesCode } from "./copy-as-javascript.js";
import { inverseOf } from "./inverse.js";
import { leakOf } from "./leak.js";
import { matricesOf } from "./matrices.js";
import { inverseNames, orderNames } from "./schema.js";
import { landmarkCounts, middleNames, sweepLandmarks, type Middle } from "./sweep.js";

// Below the project's root, so that `attnlab` is found by its own name, as it is in the folder of a reader who installed it.
const folder = fileURLToPath(new URL("../../../build/copied-code/nystrom/", import.meta.url));
let lab: Lab;
beforeAll(async () => {
  lab = await load();
  mkdirSync(folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Node prints, line by line and word by word. */
async function run(name: string, code: string): Promise<string[][]> {
  const file = `${folder}${name}.mjs`;
  writeFileSync(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" "));
}

const tokens = { drift: 0.9, sigma: 1.2, order: "sequence", seed: 2 } as const;

it.each(orderNames.flatMap((order) => inverseNames.map((inverse) => ({ order, inverse }))))(
  "prints the errors of the matrices, $order, $inverse",
  async ({ order, inverse }) => {
    const input = { ...tokens, order, inverse, landmarks: 9, iterations: 7 };
    const { errors } = matricesOf(lab, input);
    const lines = await run(`matrices-${order}-${inverse}`, matricesCode("Two lines\nbecome one", input));
    expect(lines.map(([name]) => name)).toEqual(["nystrom", "without", "uniform"]);
    expect(Number(lines[0]?.[1])).toBeCloseTo(errors.nystrom.output, 4);
    expect(Number(lines[1]?.[1])).toBeCloseTo(errors.none.output, 4);
    expect(Number(lines[2]?.[1])).toBeCloseTo(errors.uniform.output, 5);
  },
);

it("prints the errors for all numbers of landmarks", async () => {
  const { errors, uniform } = runNow(sweepLandmarks(lab, tokens));
  const lines = await run("error", errorCode("Error", tokens));
  expect(lines).toHaveLength(middleNames.length * landmarkCounts.length + 1);
  for (const [name, m, error] of lines.slice(0, -1)) {
    const at = landmarkCounts.findIndex((count) => String(count) === m);
    expect(Number(error)).toBeCloseTo(errors[name as Middle][at] ?? NaN, 4);
  }
  expect(Number(lines.at(-1)?.[1])).toBeCloseTo(uniform, 5);
});

it("prints the steps of the iteration", async () => {
  const input = { ...tokens, landmarks: 8, start: 1 };
  const { kernelResiduals, kernelOutputs } = inverseOf(lab, input);
  const lines = await run("inverse", inverseCode("Inverse", input));
  expect(lines).toHaveLength(kernelResiduals.length);
  lines.forEach(([, residual, output], step) => {
    expect(Number(residual)).toBeCloseTo(kernelResiduals[step] ?? NaN, 4);
    expect(Number(output)).toBeCloseTo(kernelOutputs[step] ?? NaN, 4);
  });
});

it("prints what of the future gets into the past, and the refusal", async () => {
  const input = { ...tokens, landmarks: 8, iterations: 6 };
  const { masked, refusal } = leakOf(lab, input);
  const [largest, refused] = await run("leak", leakCode("Leak", input));
  expect(Number(largest?.[1])).toBeCloseTo(Math.max(...masked.slice(0, -1)), 4);
  expect(refused?.[0]).toBe("UNSUPPORTED");
  expect(refused?.slice(1).join(" ")).toBe(refusal);
});
