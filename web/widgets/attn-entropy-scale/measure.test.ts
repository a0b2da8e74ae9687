import { readFileSync } from "node:fs";
import { load } from "attnlab";
import { readSafetensors } from "attnlab/io";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { Numbers } from "../shared/format.js";
import { runNow } from "../shared/tasks/task.js";
import { translator } from "../shared/text.js";
import { lengthCaption, tokensCaption } from "./caption.js";
import { headOf, randomKeys, randomSize, type Keys } from "./keys.js";
import { growthOf, laplaceEntropy, lengthsUpTo, measureLengths, spreadOf } from "./measure.js";
import { scaleNames, type ScaleName } from "./scales.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

/** The five scales again, in double. */
const factor = (name: ScaleName, n: number, d: number, kappa: number): number =>
  ({
    sqrt: 1 / Math.sqrt(d),
    log512: Math.log(n) / Math.log(512) / Math.sqrt(d),
    kappa: (kappa * Math.log(n)) / d,
    steep: Math.log(n) / (0.24 * d),
    log: Math.log(n) / Math.sqrt(d),
  })[name];

/** Weights of one query over the first n keys, in double. */
function weightsOf({ q, k, d }: Keys, query: number, n: number, scale: number): number[] {
  const logits = Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += (q[query * d + c] ?? 0) * (k[j * d + c] ?? 0);
    return scale * sum;
  });
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}
const entropyOf = (p: readonly number[]): number =>
  p.reduce((sum, value) => (value > 0 ? sum - value * Math.log(value) : sum), 0);

/** A head of the model on the sentence. */
function sentence(): Keys {
  const file = new URL("../../../tests/fixtures/minilm/sentence.extract.safetensors", import.meta.url);
  const { q, k } = readSafetensors(readFileSync(file)).tensors;
  if (q === undefined || k === undefined) throw new Error("The extract lacks q or k.");
  const [heads = 0, n = 0, d = 0] = q.shape;
  return { heads, queries: n, n, d, q: q.data, k: k.data, paired: true };
}

it("counts in powers of two, and ends at n", () => {
  expect(lengthsUpTo(8)).toEqual([2, 4, 8]);
  expect(lengthsUpTo(31)).toEqual([2, 4, 8, 16, 31]);
});

it("takes the middle four fifths", () => {
  const { mean, low, high } = spreadOf(Float32Array.from({ length: 11 }, (_, i) => i));
  expect([mean, low, high]).toEqual([5, 1, 9]);
});

describe("random keys", () => {
  it("lie on the sphere; a shorter set is the start of a longer one", () => {
    const long = randomKeys(3, 16, 40);
    expect(Array.from(randomKeys(3, 16, 10).k)).toEqual(Array.from(long.k.subarray(0, 160)));
    for (let row = 0; row < 40; row++) {
      const length = long.k.subarray(row * 16, row * 16 + 16).reduce((sum, value) => sum + value * value, 0);
      expect(length).toBeCloseTo(16, 4);
    }
  });

  it("give the mean entropies that double precision gives", () => {
    const keys = randomKeys(2, 32, 64);
    const { curves } = runNow(measureLengths(lab, { keys, lengths: [1, 7, 64], kappa: 2 }));
    for (const name of scaleNames) {
      [1, 7, 64].forEach((n, i) => {
        const all = Array.from({ length: randomSize.queries }, (_, query) =>
          entropyOf(weightsOf(keys, query, n, factor(name, n, 32, 2))),
        );
        const mean = all.reduce((a, b) => a + b, 0) / all.length;
        expect(curves[name][i]?.mean, `${name} at ${n}`).toBeCloseTo(mean, 4);
      });
    }
  });

  it("let the entropy grow under log512, and hardly under 1/0.24", () => {
    const keys = randomKeys(1, 64);
    const result = runNow(measureLengths(lab, { keys, lengths: [64, 512, 4096], kappa: 2.5 }));
    const at = (name: ScaleName): number[] => result.curves[name].map(({ mean }) => mean);
    const expected = {
      sqrt: [3.68, 5.75, 7.83],
      log512: [3.94, 5.75, 7.46],
      kappa: [3.4, 4.6, 5.43],
      steep: [2.5, 2.86, 3.14],
      log: [1.31, 1.23, 1.18],
    };
    for (const name of scaleNames) {
      at(name).forEach((mean, i) =>
        expect(Math.abs(mean - (expected[name][i] ?? NaN)), `${name} ${i}`).toBeLessThan(0.2),
      );
    }
    const caption = lengthCaption(translator({ en, zh }, "en"), new Numbers("en"), result, 2.5, false);
    expect(caption).toContain("with κ = 2.5");
    expect(caption).toContain("From 64 to 4096 keys");
    expect(caption).toMatch(/only damps the growth: by 1[3-7]%/);
  });
});

describe("the estimate for very many keys", () => {
  it("loses 0.2406 d at lambda = 1, and about lambda^2 d / 2 where lambda is small", () => {
    expect(Math.log(1e9) - laplaceEntropy(1e9, 1, 1)).toBeCloseTo(0.5 * Math.log((1 + Math.sqrt(5)) / 2), 12);
    expect((Math.log(1e9) - laplaceEntropy(1e9, 64, 1e-3)) / 64).toBeCloseTo(1e-6 / 2, 11);
    expect(laplaceEntropy(16, 64, 1)).toBe(0);
  });

  it("is met by random keys where the scale is small, and stands beside them only", () => {
    const { curves, theory } = runNow(
      measureLengths(lab, { keys: randomKeys(1, 64), lengths: [512, 4096], kappa: 2.5 }),
    );
    for (const name of ["sqrt", "log512"] as const) {
      [0, 1].forEach((i) =>
        expect(Math.abs((curves[name][i]?.mean ?? NaN) - (theory?.[name][i] ?? NaN))).toBeLessThan(0.1),
      );
    }
    const keys = sentence();
    expect(runNow(measureLengths(lab, { keys, lengths: [5], kappa: 2.5 })).theory).toBeUndefined();
  });
});

describe("the model's heads", () => {
  it("are measured over the first n tokens", () => {
    const keys = sentence();
    const { curves } = runNow(measureLengths(lab, { keys: headOf(keys, 8), lengths: [5, keys.n], kappa: 2.5 }));
    for (const name of scaleNames) {
      [5, keys.n].forEach((n, i) => {
        const head = headOf(keys, 8);
        const all = Array.from({ length: n }, (_, query) =>
          entropyOf(weightsOf(head, query, n, factor(name, n, head.d, 2.5))),
        );
        expect(curves[name][i]?.mean).toBeCloseTo(all.reduce((a, b) => a + b, 0) / n, 4);
      });
    }
  });

  it("are followed token by token", () => {
    const keys = sentence();
    const head = headOf(keys, 3);
    const growth = growthOf(lab, { keys, head: 3, query: 4, key: undefined, kappa: 2 });
    const first = weightsOf(head, 4, 8, factor("sqrt", 8, head.d, 2));
    expect(growth.key).toBe(first.indexOf(Math.max(...first)));
    for (const name of scaleNames) {
      for (const n of [1, 2, 9, keys.n]) {
        const weights = weightsOf(head, 4, n, factor(name, n, head.d, 2));
        expect(growth.entropy[name][n - 1]).toBeCloseTo(entropyOf(weights), 4);
        expect(growth.weight[name][n - 1]).toBeCloseTo(weights[growth.key] ?? 0, 5);
      }
    }
    const t = translator({ en, zh }, "en");
    expect(tokensCaption(t, new Numbers("en"), growth, 31)).toContain("With 31 tokens");
    expect(tokensCaption(t, new Numbers("en"), growth, 31, "cat")).toContain(`token ${growth.key + 1}, “cat”, has`);
    expect(tokensCaption(t, new Numbers("en"), { ...growth, key: 20 }, 9)).toContain("is not there yet");
  });
});
