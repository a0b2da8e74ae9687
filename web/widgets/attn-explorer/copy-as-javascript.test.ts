import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { load } from "attnlab";
import { readSafetensors, writeNpy, writeSafetensors } from "attnlab/io";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { rowOf } from "./analysis.js";
import { rowCode, type CodeInput } from "./copy-as-javascript.js";
import { headOf, type AttentionData } from "./data/attention-data.js";
import { speedCode } from "./speed/code.js";
import { stepsCode } from "./steps/code.js";
import { stepsOf } from "./steps/steps.js";
import { numbers, someData } from "./testing.js";

const programs = copiedPrograms();
const fixtures = new URL("../../../tests/fixtures/minilm/", import.meta.url);

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

/** What Node prints for the code, line by line: token and weight. */
async function run(code: string): Promise<[token: string, weight: number][]> {
  return (await programs.lines(code)).map((line) => {
    const [token = "", weight = ""] = line.split("\t");
    return [token, Number(weight)];
  });
}

async function expectShown(input: Omit<CodeInput, "title">): Promise<[token: string, weight: number][]> {
  const { data, head, query, scale, causal } = input;
  const row = rowOf(lab, { ...headOf(data, head), scale, causal }, query);
  const printed = await run(rowCode({ ...input, title: "Two lines\nbecome one; */ `${harmless}`" }));
  expect(printed).toHaveLength(row.visible);
  printed.forEach(([, weight], j) => expect(weight).toBeCloseTo(row.weights[j] ?? Number.NaN, 5));
  return printed;
}

describe("code that was copied", () => {
  it("gives the online softmax of a row, tile by tile", async () => {
    const input = { data: someData({ nQ: 9, nK: 9 }), head: 1, query: 4, scale: "entropy", causal: false } as const;
    const row = rowOf(lab, { ...headOf(input.data, 1), scale: "entropy", causal: false }, 4);
    const options = { tile: 4, step: 1, sharpness: 2, forget: false, raw: false };
    const lines = await run(stepsCode({ ...input, title: "Steps" }, options));
    const steps = stepsOf(lab, row, { ...options, step: 0 });
    expect(lines.slice(0, 3).map(([line]) => line)).toEqual(
      [0, 1, 2].map(
        (i) =>
          `tile ${i + 1}: m = ${(steps.maximum[i] ?? NaN).toFixed(4)}, l = ${(steps.denominator[i] ?? NaN).toPrecision(6)}`,
      ),
    );
    lines.slice(3).forEach(([, weight], j) => expect(weight).toBeCloseTo(steps.weights[j] ?? NaN, 5));
    expect(lines).toHaveLength(3 + 9);
  });

  it("times attention", async () => {
    const lines = await run(speedCode("Time").replace(", 2048, 4096", ""));
    expect(lines.map(([line]) => line).join()).toMatch(/^n = 16: [\d.]+ ms,.*n = 1024: [\d.]+ ms$/);
  }, 60_000);

  it("gives the real sentence's row in Node", async () => {
    const { q, k } = readSafetensors(readFileSync(new URL("sentence.extract.safetensors", fixtures))).tensors;
    const { texts } = JSON.parse(readFileSync(new URL("tokens.json", fixtures), "utf8")) as {
      texts: { sentence: { tokens: string[] } };
    };
    const { tokens } = texts.sentence;
    if (q === undefined || k === undefined) throw new Error("The extract lacks q or k.");
    const [heads = 0, n = 0, d = 0] = q.shape;
    const sizes = { heads, keyHeads: heads, nQ: n, nK: n, d, dV: d };
    const data = someData({ ...sizes, q: q.data, k: k.data, queryTokens: tokens, keyTokens: tokens });
    for (const scale of ["none", "sqrt", "entropy"] as const) {
      const printed = await expectShown({ data, head: 9, query: 11, scale, causal: scale === "none" });
      expect(printed.map(([token]) => token)).toEqual(tokens.slice(0, printed.length));
    }
  });

  const long = { heads: 4, keyHeads: 2, nQ: 90, nK: 100, d: 64 };
  const longShape = { q: [4, 90, 64], k: [2, 100, 64] };
  const longData = (origin: AttentionData["origin"]): AttentionData =>
    someData({ ...long, q: numbers(4 * 90 * 64, 5), k: numbers(2 * 100 * 64, 6), origin });

  it("reads long data from the reader's safetensors file", async () => {
    const data = longData({ kind: "safetensors", file: "my file.safetensors", q: "layer0.q", k: "layer0.k" });
    const tensors = {
      "layer0.q": { data: data.q, shape: longShape.q },
      "layer0.k": { data: data.k, shape: longShape.k },
    };
    writeFileSync(`${programs.folder}my file.safetensors`, writeSafetensors(tensors));
    await expectShown({ data, head: 3, query: 50, scale: "sqrt", causal: true });
  });

  it("reads long data from the reader's npy files", async () => {
    const data = longData({ kind: "npy", q: "q.npy", k: "k.npy" });
    writeFileSync(`${programs.folder}q.npy`, writeNpy({ data: data.q, shape: longShape.q }));
    writeFileSync(`${programs.folder}k.npy`, writeNpy({ data: data.k, shape: longShape.k }));
    await expectShown({ data, head: 2, query: 89, scale: "entropy", causal: false });
  });

  it("fetches long data from their published address", async () => {
    const bare = longData(undefined);
    const file = writeSafetensors({
      q: { data: bare.q, shape: longShape.q },
      k: { data: bare.k, shape: longShape.k },
    });
    const server = createServer((_, response) => response.end(file)).listen(0, "127.0.0.1");
    try {
      await new Promise((resolve) => server.once("listening", resolve));
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/layer.safetensors`;
      const data = { ...bare, origin: { kind: "address", address, q: "q", k: "k" } as const };
      await expectShown({ data, head: 0, query: 10, scale: "none", causal: false });
    } finally {
      server.close();
    }
  });

  it("takes long data along that are nowhere else", async () => {
    await expectShown({ data: longData(undefined), head: 1, query: 3, scale: "sqrt", causal: false });
  });
});
