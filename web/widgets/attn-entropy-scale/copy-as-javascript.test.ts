import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { load } from "attnlab";
import { readSafetensors } from "attnlab/io";
import { beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { runNow } from "../shared/tasks/task.js";
import { growthCode, lengthsCode, type Source } from "./copy-as-javascript.js";
import { headOf, randomKeys, type Keys } from "./keys.js";
import { growthOf, measureLengths } from "./measure.js";
import { scaleNames } from "./scales.js";

const programs = copiedPrograms();
const file = new URL("../../../tests/fixtures/minilm/sentence.extract.safetensors", import.meta.url);
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

async function expectLengths(source: Source, keys: Keys, head: number): Promise<void> {
  const lengths = [2, 16, 31];
  const printed = await programs.words(lengthsCode({ title: "Lengths\nin one line", source, kappa: 3, lengths, head }));
  const { curves } = runNow(measureLengths(lab, { keys: head > 0 ? headOf(keys, head - 1) : keys, lengths, kappa: 3 }));
  expect(printed.map(([n, name]) => [n, name])).toEqual(
    lengths.flatMap((n) => scaleNames.map((name) => [String(n), name])),
  );
  printed.forEach(([n, name, mean]) => {
    const shown = curves[name as (typeof scaleNames)[number]][lengths.indexOf(Number(n))]?.mean;
    expect(Number(mean)).toBeCloseTo(shown ?? NaN, 3);
  });
}

async function expectGrowth(source: Source, keys: Keys, head: number): Promise<void> {
  const { key, entropy, weight } = growthOf(lab, { keys, head, query: 2, key: undefined, kappa: 3 });
  const printed = await programs.words(
    growthCode({ title: "Growth", source, kappa: 3, head, query: 2, key, n: keys.n }),
  );
  expect(printed).toHaveLength(5 * keys.n);
  printed.forEach(([name, n, share, height]) => {
    const scale = name as (typeof scaleNames)[number];
    expect(Number(share)).toBeCloseTo(weight[scale][Number(n) - 1] ?? NaN, 4);
    expect(Number(height)).toBeCloseTo(entropy[scale][Number(n) - 1] ?? NaN, 3);
  });
}

function sentence(): Keys {
  const { q, k } = readSafetensors(readFileSync(file)).tensors;
  if (q === undefined || k === undefined) throw new Error("The extract lacks q or k.");
  const [heads = 0, n = 0, d = 0] = q.shape;
  return { heads, queries: n, n, d, q: q.data, k: k.data, paired: true };
}

it("gives random keys anew", async () => {
  const source = { kind: "random", seed: 4, d: 32 } as const;
  await expectLengths(source, randomKeys(4, 32), 0);
  await expectGrowth(source, randomKeys(4, 32, 64), 0);
}, 30_000);

it("takes along a text that has no address", async () => {
  const keys = sentence();
  await expectLengths({ kind: "inline", keys }, keys, 0);
  await expectGrowth({ kind: "inline", keys }, keys, 5);
}, 30_000);

it("fetches a text from its address", async () => {
  const server = createServer((_, response) => response.end(readFileSync(file))).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sentence.safetensors`;
    const source = { kind: "address", address, q: "q", k: "k" } as const;
    await expectLengths(source, sentence(), 7);
  } finally {
    server.close();
  }
}, 30_000);
