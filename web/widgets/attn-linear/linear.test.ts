import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { load } from "attnlab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { Numbers } from "../shared/format.js";
import { softmaxAttention } from "../shared/matrices/softmax.js";
import { translator } from "../shared/text.js";
import { captionOf } from "./caption.js";
import { linearCode } from "./copy-as-javascript.js";
import { linearCsv } from "./exports.js";
import { lengths, measure, problemOf, spreadOf, tokenCount, weightsOf, type Input } from "./measure.js";
import { mapNames, schema } from "./schema.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";

const folder = fileURLToPath(new URL("../../../build/copied-code/linear/", import.meta.url));
let lab: Lab;
beforeAll(async () => {
  lab = await load();
  mkdirSync(folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const initial = Object.fromEntries(Object.entries(schema).map(([key, { initial }]) => [key, initial])) as Input;
const given = (change: Partial<Input> = {}): Input => ({ ...initial, ...change });

describe("the weights", () => {
  it("are those of double precision", () => {
    const input = given();
    const { q, k } = problemOf(input, 32);
    const { exact, linear } = weightsOf(lab, input, 32);
    softmaxAttention(q.data, k.data, 8, 1 / Math.sqrt(8)).values.forEach((weight, at) =>
      expect(exact[at]).toBeCloseTo(weight, 5),
    );
    const phi = (x = 0): number => (x >= 0 ? x + 1 : Math.exp(x));
    for (let i = 0; i < 32; i++) {
      const row = Array.from({ length: 32 }, (_, j) => {
        let sum = 0;
        for (let c = 0; c < 8; c++) sum += phi(q.data[i * 8 + c]) * phi(k.data[j * 8 + c]);
        return sum;
      });
      const all = row.reduce((a, b) => a + b);
      row.forEach((weight, j) => expect(linear[i * 32 + j]).toBeCloseTo(weight / all, 5));
    }
  });

  it("spread over as many keys as they are equal", () => {
    expect(spreadOf([1, 0, 0, 1], 2)).toBe(1);
    expect(spreadOf([0.5, 0.5, 0, 1], 2)).toBeCloseTo(1.5, 12);
    expect(spreadOf([0, 0, 0, 1], 2)).toBe(0.5);
  });
});

describe("the rank", () => {
  it.each(mapNames)("is at most the number of features, %s, and that of softmax is full", (map) => {
    for (const d of ["2", "8", "16"] as const) {
      const { linear, exact, features } = measure(lab, given({ map, d }));
      expect(features).toBe(Number(d) + (map === "cosine" ? 1 : 0));
      expect(linear.rank).toBeLessThanOrEqual(features);
      if (map !== "relu") expect(linear.rank).toBe(features);
      if (d !== "2") expect(exact.rank).toBe(tokenCount);
    }
  });

  it("is full once the future is hidden and the diagonal is not 0", () => {
    for (const map of ["elu", "exp", "softmax", "cosine"] as const) {
      const { matrix, rank } = measure(lab, given({ map, causal: true })).linear;
      for (let i = 0; i < tokenCount; i++) expect(matrix.values[i * (tokenCount + 1)]).toBeGreaterThan(0);
      // Triangular, so full; float32 may lose the smallest few.
      expect(rank).toBeGreaterThan(tokenCount - 5);
    }
    expect(measure(lab, given({ causal: true })).linear.rank).toBe(tokenCount);
  });
});

it("spreads nearly as wide as averaging, and the wider the longer", () => {
  const { exact, linear, uniform } = measure(lab, given());
  lengths.forEach((_, i) => {
    expect(linear.spreads[i]).toBeGreaterThan(0.7 * (uniform[i] ?? 0));
    expect(linear.spreads[i]).toBeLessThan(uniform[i] ?? 0);
    expect(exact.spreads[i]).toBeLessThan(0.6 * (linear.spreads[i] ?? 0));
  });
});

describe("in words and files", () => {
  it("says how many rows have no weight", () => {
    const measured = measure(lab, given({ map: "relu", d: "2" }));
    const { q } = problemOf(given({ d: "2" }), tokenCount);
    const negative = Array.from({ length: tokenCount }, (_, i) => q.data.subarray(2 * i, 2 * i + 2)).filter((row) =>
      row.every((entry) => entry <= 0),
    );
    expect(measured.empty).toBe(negative.length);
    expect(captionOf(translator({ en, zh }, "en"), new Numbers("en"), measured)).toMatch(/above 0: \d+\.$/);
    expect(measure(lab, given()).empty).toBe(0);
  });

  it("says the ranks and the spreads", () => {
    const measured = measure(lab, given());
    const english = captionOf(translator({ en, zh }, "en"), new Numbers("en"), measured);
    expect(english).toMatch(/^elu \+ 1, 64 tokens, 8 channels: the matrix of linear attention has rank 8, .* 64\./);
    expect(captionOf(translator({ en, zh }, "zh"), new Numbers("zh"), measured)).toContain("秩是 8，softmax 的是 64。");
    expect(linearCsv(measured).trim().split("\n")).toHaveLength(1 + tokenCount + lengths.length);
  });

  it.each(mapNames)("copies a program that prints the same, %s", async (map) => {
    for (const causal of [false, true]) {
      const input = given({ map, causal, seed: 2, d: map === "relu" ? "2" : "8" });
      const file = `${folder}${map}.mjs`;
      writeFileSync(file, linearCode("Title", input));
      const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
      const { exact, linear } = measure(lab, input);
      const line = (name: string, { rank, spreads }: typeof exact): string =>
        `${name} rank ${rank} keys per row ${spreads[lengths.indexOf(tokenCount)]?.toFixed(3) ?? ""}`;
      expect(stdout.trim().split("\n")).toEqual([line("softmax", exact), line("linear", linear)]);
    }
  });
});
