import type { Lab, Tensor } from "attnlab";
import { readSafetensors } from "attnlab/io";
import { expect, test } from "vitest";
import { fixture, fixtureJson } from "./support/fixtures.js";
import { describeBoth } from "./support/labs.js";

/** The parts of tests/fixtures/minilm/tokens.json that are used here. */
interface Tokens {
  heads: number;
  d: number;
  texts: Record<string, { n: number; layers: number[]; files: string[] }>;
}

const { heads, d, texts } = fixtureJson("minilm/tokens.json") as Tokens;

const layers = Object.entries(texts).flatMap(([name, { n, files }]) => files.map((file) => ({ name, n, file })));

/** Largest difference within one head. */
function farthest(a: Tensor, b: Tensor, head: number): number {
  const length = a.data.length / heads;
  let most = 0;
  for (let i = head * length; i < (head + 1) * length; i++) {
    most = Math.max(most, Math.abs((a.data[i] ?? NaN) - (b.data[i] ?? NaN)));
  }
  return most;
}

describeBoth("all-MiniLM-L6-v2", (lab: Lab) => {
  test.each(layers)("$file: our attention is the model's own, in every head", ({ n, file }) => {
    const { q, k, v, context } = readSafetensors(fixture(`minilm/${file}`)).tensors as Record<string, Tensor> &
      Record<"q" | "k" | "v" | "context", Tensor>;
    expect(q.shape).toEqual([heads, n, d]);
    const output = lab.attention(q, k, v);
    expect(output.shape).toEqual(context.shape);
    for (let head = 0; head < heads; head++) expect(farthest(output, context, head)).toBeLessThanOrEqual(1e-5);

    const viaWeights = lab.matmul(lab.attentionWeights(q, k), v);
    for (let head = 0; head < heads; head++) expect(farthest(viaWeights, context, head)).toBeLessThanOrEqual(1e-5);
  });

  test("there are three layers and more", () => {
    expect(layers.length).toBeGreaterThanOrEqual(3);
  });
});
