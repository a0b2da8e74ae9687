import { describe, expect, it } from "vitest";
import { schema as benchmark } from "../../widgets/attn-benchmark/schema.js";
import { schema as entropyScale } from "../../widgets/attn-entropy-scale/schema.js";
import { schema as compare } from "../../widgets/attn-compare/schema.js";
import { schema as entropy } from "../../widgets/attn-entropy/schema.js";
import { schema as explorer } from "../../widgets/attn-explorer/schema.js";
import { schema as norms } from "../../widgets/attn-norms/schema.js";
import { schema as nystrom } from "../../widgets/attn-nystrom/schema.js";
import { schema as linear } from "../../widgets/attn-linear/schema.js";
import { schema as performer } from "../../widgets/attn-performer/schema.js";
import { schema as sparse } from "../../widgets/attn-sparse/schema.js";
import { parseState } from "../.vitepress/theme/explorers.js";
import { preferredLanguage } from "../.vitepress/theme/language-choice.js";
import { liveNames } from "../.vitepress/theme/live-numbers.js";
import { anchors, links, pageNames, pageSource } from "./pages.js";

type Fields = Readonly<Record<string, { parse(text: string): unknown }>>;

/** Attributes of each widget, by its tag. */
const schemas: Readonly<Record<string, Fields>> = {
  "attn-benchmark": benchmark,
  "attn-compare": compare,
  "attn-entropy": entropy,
  "attn-entropy-scale": entropyScale,
  "attn-explorer": explorer,
  "attn-norms": norms,
  "attn-nystrom": nystrom,
  "attn-linear": linear,
  "attn-performer": performer,
  "attn-sparse": sparse,
};

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
  const widgets = [...source.matchAll(/<(attn-[a-z-]+)\b([^>]*)>/g)].map(([, tag = "", attributes = ""]) => ({
    fields: schemas[tag] ?? {},
    attributes: [...attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(
      ([, attribute = "", value = ""]): [string, string] => [attribute, value],
    ),
  }));
  const fieldsOf = (id: string): Fields | undefined =>
    widgets.find(({ attributes }) => attributes.some(([name, value]) => name === "id" && value === id))?.fields;
  const stateLinks = [...source.matchAll(/\]\(#([\w-]+)\)\{data-attn-set="([^"]*)"\}/g)];

  it("sets states that the widget knows", () => {
    for (const { fields, attributes } of widgets) {
      for (const [attribute, value] of attributes.filter(([name]) => name !== "id")) {
        expect(fields[attribute]?.parse(value), `${attribute}=${value}`).toBeDefined();
      }
    }
    expect(stateLinks).toHaveLength([...source.matchAll(/data-attn-set=/g)].length);
    for (const [, id = "", states = ""] of stateLinks) {
      for (const [attribute, value] of parseState(states)) {
        const field = fieldsOf(id)?.[attribute.replace(/^!/, "")];
        expect(field?.parse(value), `#${id}: ${attribute}=${value}`).toBeDefined();
      }
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
