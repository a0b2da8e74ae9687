import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { schema } from "./schema.js";

it("opens on the layer that rides in the widget, and on a token of its text", () => {
  const file = new URL("../../../tests/fixtures/minilm/tokens.json", import.meta.url);
  const index = JSON.parse(readFileSync(file, "utf8")) as {
    extractLayer: number;
    heads: number;
    texts: { sentence: { tokens: string[] } };
  };
  expect(schema.layer.initial).toBe(index.extractLayer + 1);
  expect(schema.head.initial).toBeLessThanOrEqual(index.heads);
  expect(index.texts.sentence.tokens[schema.query.initial - 1]).toBe("see");
});
