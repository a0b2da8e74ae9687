import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { load } from "attnlab";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { samplingCode, solverCode } from "./copy-as-javascript.js";
import { sampled, samplingTarget } from "./sampling.js";
import { startNames } from "./schema.js";
import { solve } from "./solve.js";

// Below the project's root, so that `attnlab` is found by its own name, as it is in the folder of a reader who installed it.
const folder = fileURLToPath(new URL("../../../build/copied-code/entropy/", import.meta.url));
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

it("prints the rounds that are shown, from every start", async () => {
  const solutions = startNames.map((name) => solve(lab, name, 2, 0));
  const lines = await run("solver", solverCode("Two lines\nbecome one", solutions));
  for (const { start, article, robust } of solutions) {
    for (const [method, { rounds }] of [
      ["article", article],
      ["robust", robust],
    ] as const) {
      const printed = lines.filter(
        ([name, which, round]) => name === start && which === method && /^\d+$/.test(round ?? ""),
      );
      expect(printed).toHaveLength(rounds.length);
      // Another build of the kernels rounds another way.
      rounds.forEach(({ exponent, entropy }, i) => {
        const [, , , power, height] = printed[i] ?? [];
        if (Number.isNaN(exponent)) expect(power).toBe("NaN");
        else expect(Number(power) / exponent).toBeCloseTo(1, 5);
        if (Number.isNaN(entropy)) expect(height).toBe("NaN");
        else expect(Number(height)).toBeCloseTo(entropy, 4);
      });
    }
  }
});

it("prints what every rule makes of a step", async () => {
  const options = { seed: 3, temperature: 0.6, topk: 20, topp: 0.8, entropy: samplingTarget };
  const lines = await run("sampling", samplingCode("Sampling", 9, options));
  expect(lines).toEqual(
    sampled(lab, options).map(({ name, entropy, kept, drawn }) => [
      name,
      (entropy[8] ?? NaN).toFixed(6),
      String(kept[8]),
      String(drawn[8]),
    ]),
  );
});
