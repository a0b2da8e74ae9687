/** Numbers that the article quotes from its figure, computed again from the same data with the built package; pictures of it. */
import { readFileSync } from "node:fs";
import { load } from "attnlab";
import { readSafetensors } from "attnlab/io";
import { describe, expect, it } from "vitest";
import { schema } from "../../widgets/attn-explorer/schema.js";
import { pageNames, pageSource, root } from "./pages.js";

/** The head that the widget shows first; it counts from 1. */
const layer = schema.layer.initial - 1;
const head = schema.head.initial - 1;

const file = readFileSync(`${root}tests/fixtures/minilm/sentence.layer${layer}.safetensors`);
const { tensors } = readSafetensors(file);
const lab = await load();

/** [n, d] queries or keys of the head. */
function ofHead(name: "q" | "k"): { data: Float32Array; shape: [n: number, d: number] } {
  const { data = new Float32Array(), shape: [, n = 0, d = 0] = [] } = tensors[name] ?? {};
  return { data: data.subarray(head * n * d, (head + 1) * n * d), shape: [n, d] };
}

function meanEntropy(scale: number | "sqrt" | "entropy"): number {
  const { data, shape } = lab.attentionWeights(ofHead("q"), ofHead("k"), { scale });
  return data.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0) / (shape[0] ?? 0);
}

describe.each(["en", "zh"] as const)("the article in %s", (language) => {
  const article = pageSource(language, "attention");

  it.each(["sqrt", "entropy", 1] as const)("quotes the mean entropy at scale %s", (scale) => {
    expect(article).toContain(meanEntropy(scale).toFixed(2));
  });

  it("shows the widget's first numbers where it will show live ones", () => {
    const live = (name: string): string | undefined =>
      new RegExp(`attn-live=${name}\\}\\{([\\d.]+)\\}`).exec(article)?.[1];
    const entropy = meanEntropy(schema.scale.initial === "sqrt" ? "sqrt" : 1);
    expect(live("meanEntropy")).toBe(entropy.toFixed(2));
    expect(live("effective")).toBe(Math.exp(entropy).toFixed(1));
    expect(live("n")).toBe("31");
    expect(live("logN")).toBe(Math.log(31).toFixed(2));
    expect(live("scaleValue")).toBe(lab.attentionScale({ d: 32 }).toFixed(3));
  });

  it("quotes length, size and factor of the sentence", () => {
    expect(ofHead("q").shape).toEqual([31, 32]);
    expect(article).toContain(`\\log_{512} 31 = ${(Math.log(31) / Math.log(512)).toFixed(2)}`);
    expect(article).toContain(`\\log_{512} 2 = ${(Math.log(2) / Math.log(512)).toFixed(2)}`);
  });
});

describe.each(["en", "zh"] as const)("pictures on the pages in %s", (language) => {
  it("are of the size that is reserved for them", () => {
    const tags = pageNames(language).flatMap((name) => [
      ...pageSource(language, name).matchAll(/<img [^>]*src="([^"]+)"[^>]* width="(\d+)" height="(\d+)"/g),
    ]);
    expect(tags.length).toBeGreaterThan(2);
    for (const [, source = "", width, height] of tags) {
      const webp = readFileSync(`${root}web/site/public${source}`);
      // The extended form, which says the sizes less one in three bytes each.
      expect(webp.toString("latin1", 8, 16), source).toBe("WEBPVP8X");
      expect([webp.readUIntLE(24, 3) + 1, webp.readUIntLE(27, 3) + 1], source).toEqual([Number(width), Number(height)]);
    }
  });
});
