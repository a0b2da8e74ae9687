import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "attnlab";
import { writeSafetensors } from "attnlab/io";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { Numbers } from "../shared/format.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { runNow } from "../shared/tasks/task.js";
import { translator } from "../shared/text.js";
import { better, captionOf, layersCaption, middle, totalsOf } from "./caption.js";
import { compareCode } from "./copy-as-javascript.js";
import { headsCsv } from "./exports.js";
import { HeadsProblem, headsOfFile, mostTokens, shapeOf, syntheticHeads, type Heads } from "./heads.js";
import { measureHead, measureHeads, measureLayers } from "./measure.js";
import { methodNames, windowOf } from "./methods.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const modelFile = (layer: number): string => `${root}dist/widgets/data/sentence.layer${layer}.safetensors`;
const model = (layer: number): Heads => headsOfFile("model", new Uint8Array(readFileSync(modelFile(layer))));
const programs = copiedPrograms();
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

describe("heads of a trained model", () => {
  it("do not survive Performer as they are, and do survive Nyström better", () => {
    for (const layer of [1, 2, 4, 6]) {
      const { errors, performer } = runNow(measureHeads(lab, { heads: model(layer), budget: 16, seed: 1 }));
      expect(performer).toHaveLength(12);
      expect(middle(errors.nystrom)).toBeLessThan(0.6 * middle(errors.uniform));
      expect(middle(performer.map((range) => range.middle))).toBeGreaterThan(0.8 * middle(errors.uniform));
    }
  });

  it("are measured alike one by one and all at once", () => {
    const heads = model(3);
    const all = runNow(measureHeads(lab, { heads, budget: 16, seed: 1 }));
    for (const head of [0, 7, 11]) {
      const one = runNow(measureHead(lab, { heads, budget: 16, seed: 1, head }));
      for (const name of ["nystrom", "linear", "sparse", "uniform"] as const) {
        expect(one.errors[name].output).toBeCloseTo(all.errors[name][head] ?? NaN, 4);
      }
      expect(one.errors.best.output).toBeLessThan(one.errors.uniform.output);
    }
  });
});

describe("all layers of a trained model", () => {
  it("are measured as each of them alone, and counted together", () => {
    const layers = [1, 4].map(model);
    const measured = runNow(measureLayers(lab, { layers, budget: 16, seed: 1 }));
    expect(measured).toEqual(layers.map((heads) => runNow(measureHeads(lab, { heads, budget: 16, seed: 1 }))));
    const { heads, methods, uniform } = totalsOf(measured);
    expect(heads).toBe(24);
    expect(uniform).toBe(middle(measured.flatMap(({ errors }) => errors.uniform)));
    expect(methods.nystrom.better).toBe(
      measured.reduce((sum, { errors }) => sum + better(errors.nystrom, errors.uniform), 0),
    );
    expect(methods.performer.better).toBeLessThan(methods.nystrom.better);
    const english = layersCaption(translator({ en, zh }, "en"), new Numbers("en"), measured, "M");
    expect(english).toMatch(
      /^2 layers of M, 24 heads in all, 31 tokens, .*Performer in \d+ of 24 heads, Nyström in \d+/,
    );
    expect(headsCsv(measured, [1, 4]).trim().split("\n")).toHaveLength(25);
  });

  it("survive Performer in six heads of 72, and Nyström in all but two, as the page says", () => {
    const layers = [1, 2, 3, 4, 5, 6].map(model);
    const { heads, methods } = totalsOf(runNow(measureLayers(lab, { layers, budget: 16, seed: 1 })));
    expect([heads, methods.performer.better, methods.nystrom.better]).toEqual([72, 6, 70]);
  });

  it("are never worse under the best matrix of the rank than the matrix itself says, and have none for long texts", () => {
    const { best = [], errors } = runNow(measureHeads(lab, { heads: model(2), budget: 16, seed: 1 }));
    expect(best).toHaveLength(12);
    best.forEach((error, head) => expect(error).toBeLessThan(errors.uniform[head] ?? 0));
    const [full = []] = [runNow(measureHeads(lab, { heads: model(2), budget: 31, seed: 1 })).best];
    for (const error of full) expect(error).toBeLessThan(1e-12);
    const long = { data: new Float32Array(65 * 2).fill(0.5), shape: [1, 65, 2] };
    const heads: Heads = { name: "long", source: "own", layer: 0, q: long, k: long, v: long };
    expect(runNow(measureHeads(lab, { heads, budget: 4, seed: 1 })).best).toBeUndefined();
  });
});

describe("made-up heads", () => {
  it("suit Nyström the better the smoother they are", () => {
    const { errors } = runNow(measureHeads(lab, { heads: syntheticHeads(1), budget: 16, seed: 1 }));
    const [first = 0, , , , , last = 1] = errors.nystrom;
    expect(last).toBeLessThan(0.02 * first);
  });

  it("are exact under Nyström with a landmark for each token, and under a window of all keys", () => {
    const { errors } = runNow(measureHeads(lab, { heads: syntheticHeads(2), budget: 200, seed: 1 }));
    for (const error of [...errors.nystrom, ...errors.sparse]) expect(error).toBeLessThan(1e-5);
  });

  it("keep as many keys in the window as the budget", () => {
    const { matrices } = runNow(measureHead(lab, { heads: syntheticHeads(1), budget: 7, seed: 1, head: 0 }));
    const row = matrices.sparse.values.subarray(30 * 64, 31 * 64);
    expect(row.filter((value) => value > 0)).toHaveLength(7);
    expect(windowOf(1)).toEqual([0, 0]);
    expect(windowOf(16)).toEqual([8, 7]);
  });
});

describe("a reader's own file", () => {
  const tensor = (shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape });

  it("is cut to what can be shown", () => {
    const bytes = writeSafetensors({ q: tensor([2, 300, 8]), k: tensor([2, 300, 8]), v: tensor([2, 300, 4]) });
    expect(shapeOf(headsOfFile("own", bytes))).toEqual({ heads: 2, n: mostTokens, d: 8, dV: 4 });
  });

  it("is refused where something is missing or does not fit", () => {
    expect(() => headsOfFile("own", writeSafetensors({ q: tensor([2, 3, 4]), k: tensor([2, 3, 4]) }))).toThrow("k, q");
    const odd = { q: tensor([2, 3, 4]), k: tensor([2, 3, 5]), v: tensor([2, 3, 4]) };
    expect(() => headsOfFile("own", writeSafetensors(odd))).toThrow("[2, 3, 5]");
    const flat = { q: tensor([3, 4]), k: tensor([3, 4]), v: tensor([3, 4]) };
    expect(() => headsOfFile("own", writeSafetensors(flat))).toThrow("[3, 4]");
    for (const [tensors, kind] of [
      [{ q: tensor([2, 3, 4]) }, "fileMissing"],
      [odd, "fileDiffers"],
      [flat, "fileShape"],
    ] as const) {
      const refused = (): unknown => {
        try {
          return headsOfFile("own", writeSafetensors(tensors));
        } catch (error) {
          return error;
        }
      };
      expect(refused()).toBeInstanceOf(HeadsProblem);
      expect(refused()).toMatchObject({ kind });
    }
  });
});

describe("in words and files", () => {
  it("says whose heads, how far off, and how many are better than averaging", () => {
    const measured = runNow(measureHeads(lab, { heads: model(2), budget: 64, seed: 1 }));
    const origin = { source: "sentence", layer: 2, model: "M", file: "" } as const;
    const english = captionOf(translator({ en, zh }, "en"), new Numbers("en"), measured, origin);
    expect(english).toMatch(/^Layer 2 of M, 12 heads, 31 tokens/);
    expect(english).toContain("Nyström is exact attention here");
    expect(captionOf(translator({ en, zh }, "zh"), new Numbers("zh"), measured, origin)).toMatch(/^M 第 2 层，12 个头/);
    expect(better([0.5, 0.95], [1, 1])).toBe(1);
    expect(headsCsv([measured], [2]).split("\n")).toHaveLength(14);
  });

  it.each(["sentence", "synthetic"] as const)("copies a program that prints the same, %s", async (source) => {
    const heads = source === "sentence" ? model(5) : syntheticHeads(4);
    const { n } = shapeOf(heads);
    const code = compareCode("Title", { source, layers: [5], file: "", n, budget: 12, seed: 4 });
    const lines = await programs.words(code.replace(/"node_modules[^"]*"/, JSON.stringify(modelFile(5))));
    const { errors } = runNow(measureHeads(lab, { heads, budget: 12, seed: 4 }));
    for (const name of ["nystrom", "linear", "sparse", "uniform"] as const) {
      const printed = lines.filter(([method]) => method === name).map(([, , error]) => Number(error));
      expect(printed).toHaveLength(errors[name].length);
      printed.forEach((error, head) => expect(error).toBeCloseTo(errors[name][head] ?? NaN, 3));
    }
    expect(new Set(lines.map(([name]) => name))).toEqual(new Set([...methodNames, "uniform"]));
  });

  it("copies a program that prints all layers", async () => {
    const code = compareCode("Title", { source: "sentence", layers: [1, 6], file: "", n: 31, budget: 8, seed: 1 });
    const lines = await programs.lines(code.replace("node_modules/attnlab/", root));
    expect(lines).toHaveLength(2 * 12 * (methodNames.length + 1));
    const { errors } = runNow(measureHeads(lab, { heads: model(6), budget: 8, seed: 1 }));
    const printed = lines.filter((line) => line.startsWith("layer 6 nystrom "));
    printed.forEach((line, head) => expect(Number(line.split(" ")[4])).toBeCloseTo(errors.nystrom[head] ?? NaN, 3));
    expect(printed).toHaveLength(12);
  });
});
