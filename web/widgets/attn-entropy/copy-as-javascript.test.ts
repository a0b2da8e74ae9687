import { load } from "attnlab";
import { beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { samplingCode, solverCode } from "./copy-as-javascript.js";
import { sampled, samplingTarget } from "./sampling.js";
import { startNames } from "./schema.js";
import { solve } from "./solve.js";

const programs = copiedPrograms();
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

it("prints the rounds that are shown, from every start", async () => {
  const solutions = startNames.map((name) => solve(lab, name, 2, 0));
  const lines = await programs.words(solverCode("Two lines\nbecome one", solutions));
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
  const lines = await programs.words(samplingCode("Sampling", 9, options));
  expect(lines).toEqual(
    sampled(lab, options).map(({ name, entropy, kept, drawn }) => [
      name,
      (entropy[8] ?? NaN).toFixed(6),
      String(kept[8]),
      String(drawn[8]),
    ]),
  );
});
