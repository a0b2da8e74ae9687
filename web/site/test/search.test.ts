import MiniSearch from "minisearch";
import { describe, expect, it } from "vitest";
import { miniSearch, withHiddenFunctions } from "../.vitepress/search/options.js";
import { isUnspaced, tokenizeQuery, tokenizeText } from "../.vitepress/search/tokenize.js";
import { pageNames, pageSource, prose } from "./pages.js";

describe("tokenizeText", () => {
  it("files Chinese under words, pairs and single characters", () => {
    const terms = tokenizeText("注意力机制");
    expect(terms).toEqual(expect.arrayContaining(["注意力", "注意", "意力", "力机", "机制", "注", "制"]));
    expect(new Set(terms).size).toBe(terms.length);
  });

  it("splits at Chinese punctuation and where scripts meet", () => {
    expect(tokenizeText("缩放\uff0c熵")).not.toContain("放熵");
    expect(tokenizeText("用softmax算")).toContain("softmax");
  });

  it("leaves spaced scripts alone, and opens up compound names", () => {
    expect(tokenizeText("Dividing by the scale")).toEqual(["Dividing", "by", "the", "scale"]);
    expect(tokenizeText("lab.attentionWeights()")).toEqual(["lab", "attentionWeights", "attention", "Weights"]);
    expect(tokenizeText("naïve café 512")).toEqual(["naïve", "café", "512"]);
  });

  it("has nothing to say about nothing", () => {
    expect(tokenizeText("")).toEqual([]);
    expect(tokenizeText(" \uff0c。!?—")).toEqual([]);
  });
});

describe("tokenizeQuery", () => {
  it("asks for words and pairs, not for every single character", () => {
    expect(tokenizeQuery("注意力")).toEqual(expect.arrayContaining(["注意力", "注意", "意力"]));
    expect(tokenizeQuery("注意力")).not.toContain("注");
  });

  it("keeps a lone character", () => {
    expect(tokenizeQuery("熵")).toEqual(["熵"]);
  });

  it("asks only for what the text is filed under, wherever the segmenter cuts", () => {
    const text = "从熵不变性看注意力的缩放操作";
    const filed = new Set(tokenizeText(text));
    for (let start = 0; start < text.length; start++)
      for (let end = start + 1; end <= text.length; end++)
        expect(tokenizeQuery(text.slice(start, end)).some((term) => filed.has(term))).toBe(true);
  });
});

describe("the index", () => {
  const search = (language: "en" | "zh", query: string): string[] => {
    const index = new MiniSearch<{ id: string; title: string; text: string }>({
      fields: ["title", "text"],
      ...miniSearch.options,
    });
    for (const id of pageNames(language)) {
      const [, title = "", text = ""] = /^---[\s\S]*?^---\s+# (.*)\n([\s\S]*)$/m.exec(pageSource(language, id)) ?? [];
      index.add({ id, title, text: prose(text) });
    }
    return index.search(query, miniSearch.searchOptions).map((hit) => String(hit.id));
  };

  it.each([
    ["熵不变性", "attention"],
    ["因果掩码", "attention"],
    ["热力图", "attention"],
    ["常驻张量", "guide/use-in-javascript"],
    ["内容安全策略", "guide/embed"],
    ["博客引擎", "guide/embed"],
    ["导出", "guide/your-own-model"],
    ["熵", "entropy"],
  ])("finds %s on the Chinese page %s", (query, page) => {
    expect(search("zh", query).slice(0, 2)).toContain(page);
  });

  it("finds nothing for what is nowhere", () => {
    expect(search("zh", "葡萄")).toEqual([]);
    expect(search("en", "grapefruit")).toEqual([]);
  });

  it("finds English words, beginnings, parts of names, and forgives a slip", () => {
    expect(search("en", "attentionWeights")).toContain("reference");
    expect(search("en", "Weights")).toContain("reference");
    expect(search("en", "safeten")).toContain("guide/your-own-model");
    expect(search("en", "entrpy")).toContain("attention");
  });
});

describe("withHiddenFunctions", () => {
  it("keeps functions out of what is sent to the browser as text", () => {
    const options = withHiddenFunctions({ locales: {} });
    expect(options.miniSearch).toBe(miniSearch);
    expect(Object.keys(options)).toEqual(["locales"]);
  });

  it("lets only Latin words be misspelt", () => {
    expect(isUnspaced("熵")).toBe(true);
    expect(isUnspaced("scale")).toBe(false);
  });
});
