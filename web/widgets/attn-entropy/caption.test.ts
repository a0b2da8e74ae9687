import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { Numbers } from "../shared/format.js";
import { translator } from "../shared/text.js";
import { failureText, failuresCaption, samplingCaption, solverCaption, transformCaption } from "./caption.js";
import { sampled } from "./sampling.js";
import { failing } from "./schema.js";
import { solve } from "./solve.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});
const numbers = new Numbers("en");
const t = translator({ en, zh }, "en");

describe("captions", () => {
  it("say what the power does", () => {
    const caption = transformCaption(t, numbers, solve(lab, "ramp", 1, 0));
    expect(caption).toContain("5 entries with an entropy of 1.49");
    expect(caption).toContain("Γ = 2.90");
    expect(caption).toContain("like 3.0 equal ones");
    expect(transformCaption(t, numbers, solve(lab, "ramp", 1, 2))).toContain("only what lies between 0.00 and 1.61");
  });

  it("say how the article's iteration ends", () => {
    const never = (): boolean => false;
    const caption = (from: "ramp" | "geometric" | "flat", round: number): string =>
      solverCaption(t, numbers, solve(lab, from, 1, 0), round, never);
    expect(caption("ramp", 10)).toMatch(/^After ten rounds the article’s iteration is there too/);
    expect(caption("ramp", 1)).toMatch(/^After round 1 the article’s iteration is at Γ = 2.984 and H = 1.0841/);
    expect(caption("geometric", 10)).toContain("negative exponent");
    expect(caption("flat", 10)).toContain("NaN after round 1");
    expect(solverCaption(t, numbers, solve(lab, "flat", 1, 0), 0, never)).toMatch(/begins at Γ = 1/);
  });

  it("tell every failure with its number", () => {
    const solutions = failing.map((name) => solve(lab, name, 1, 0));
    expect(failuresCaption(t, solutions)).toContain("reversed (1) or in NaN (3)");
    const [peaked = "", geometric = "", flat = "", tie = ""] = solutions.map((solution) =>
      failureText(t, numbers, solution),
    );
    expect(peaked).toContain("−3.21");
    expect(geometric).toContain("Γ = −0.113");
    expect(flat).toMatch(/first exponent is \d\.\d+×10⁶/);
    expect(tie).toContain("Γ = 621");
  });

  it("tell the range of every rule", () => {
    const options = { seed: 1, temperature: 0.7, topk: 30, topp: 0.9, entropy: 1.5 };
    const rules = sampled(lab, options);
    const high = rules[0]?.entropy.findIndex((value) => value > 4) ?? 0;
    const low = rules[0]?.entropy.findIndex((value) => value < 1) ?? 0;
    expect(samplingCaption(t, numbers, rules, high + 1, options)).toContain("exponent above 1");
    expect(samplingCaption(t, numbers, rules, low + 1, options)).toContain("exponent below 1");
  });
});
