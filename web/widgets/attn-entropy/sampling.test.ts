import { load } from "attnlab";
import { beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { logitsOf, rowOf, ruleNames, sampled, samplingTarget, steps, vocabulary, type Rule } from "./sampling.js";

const options = { seed: 1, temperature: 0.7, topk: 30, topp: 0.9, entropy: samplingTarget };
let lab: Lab;
let rules: Record<string, Rule>;
beforeAll(async () => {
  lab = await load();
  rules = Object.fromEntries(sampled(lab, options).map((rule) => [rule.name, rule]));
});

it("has one distribution per rule and step", () => {
  expect(Object.keys(rules)).toEqual([...ruleNames]);
  for (const { probabilities, drawn } of Object.values(rules)) {
    expect(probabilities).toHaveLength(steps * vocabulary);
    for (let step = 0; step < steps; step++) {
      const row = rowOf(probabilities, step);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
      expect(row[(drawn[step] ?? 0) - 1]).toBeGreaterThan(0);
    }
  }
});

it("keeps the entropy at the target, and that alone", () => {
  for (const value of rules.entropy?.entropy ?? []) expect(value).toBeCloseTo(samplingTarget, 4);
  const raw = Array.from(rules.raw?.entropy ?? []);
  expect(Math.max(...raw) - Math.min(...raw)).toBeGreaterThan(3);
});

it("agrees with double precision at every step", () => {
  const logits = logitsOf(1);
  for (let step = 0; step < steps; step++) {
    const row = Array.from(rowOf(logits, step), (value) => value / 0.7);
    const powers = row.map((value) => Math.exp(value - (row[0] ?? 0)));
    const sum = powers.reduce((a, b) => a + b, 0);
    const entropy = powers.reduce(
      (total, value) => (value > 0 ? total - (value / sum) * Math.log(value / sum) : total),
      0,
    );
    expect(rules.temperature?.entropy[step]).toBeCloseTo(entropy, 4);
  }
});

it("keeps k tokens, and the fewest that hold p", () => {
  expect(new Set(rules.topk?.kept)).toEqual(new Set([30]));
  rules.topp?.kept.forEach((kept, step) => {
    const row = rowOf(rules.raw?.probabilities ?? new Float32Array(), step);
    const held = row.slice(0, kept).reduce((sum, value) => sum + value, 0);
    expect(held).toBeGreaterThan(0.9 - 1e-5);
    expect(held - (row[kept - 1] ?? 0)).toBeLessThan(0.9 + 1e-5);
  });
});
