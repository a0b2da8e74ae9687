import { describe, expect, it } from "vitest";
import { schema } from "../../widgets/attn-explorer/schema.js";
import { parseState } from "../.vitepress/theme/explorers.js";
import { preferredLanguage } from "../.vitepress/theme/language-choice.js";
import { liveNames } from "../.vitepress/theme/live-numbers.js";
import { anchors, links, pageNames, pageSource } from "./pages.js";

const fields: Readonly<Record<string, { parse(text: string): unknown }>> = schema;

describe("parseState", () => {
  it("reads values, flags, and flags taken away", () => {
    expect(parseState(" scale=entropy causal ")).toEqual([
      ["scale", "entropy"],
      ["causal", ""],
    ]);
    expect(parseState("!causal a=b=c")).toEqual([
      ["!causal", ""],
      ["a", "b=c"],
    ]);
  });
});

describe.each(pageNames("en"))("%s", (name) => {
  // Without the blocks of plain text: those hold templates of blog engines.
  const source = pageSource("en", name).replace(/^```text\n[\s\S]*?^```$/gm, "");
  const states = [...source.matchAll(/data-attn-set="([^"]*)"/g)].flatMap((match) => parseState(match[1] ?? ""));
  const attributes = [...source.matchAll(/<attn-explorer ([^>]*)>/g)].flatMap((match) =>
    [...(match[1] ?? "").matchAll(/([\w-]+)(?:="([^"]*)")?/g)]
      .map(([, attribute = "", value = ""]): [string, string] => [attribute, value])
      .filter(([attribute]) => attribute !== "id"),
  );

  it("sets states that the widget knows", () => {
    for (const [attribute, value] of [...states, ...attributes]) {
      const field = fields[attribute.replace(/^!/, "")];
      expect(field?.parse(value), `${attribute}=${value}`).toBeDefined();
    }
  });

  it("follows numbers that exist", () => {
    for (const [, mark = ""] of source.matchAll(/attn-live=(\w+)/g)) expect(liveNames).toContain(mark);
  });

  it("has a figure for every link that sets one", () => {
    const targets = links(source).filter((link) => link.startsWith("#"));
    for (const target of targets) expect(anchors(source)).toContain(target.slice(1));
  });
});

describe("preferredLanguage", () => {
  it("takes the first of the two that the reader names", () => {
    expect(preferredLanguage(["zh-Hans-CN", "en"])).toBe("zh");
    expect(preferredLanguage(["de-AT", "en-GB", "zh"])).toBe("en");
    expect(preferredLanguage(["fr"])).toBe("en");
    expect(preferredLanguage([])).toBe("en");
  });
});
