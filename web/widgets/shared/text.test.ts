import { describe, expect, it } from "vitest";
import { fill, placeholders, translator, type Translation } from "./text.js";

const en = { plain: "Plain", layer: "layer {layer} of {layers}" } as const;
const zh: Translation<typeof en> = { plain: "朴素", layer: "第 {layer} 层（共 {layers} 层）" };

describe("translator", () => {
  it("fills placeholders in the language asked for", () => {
    expect(translator({ en, zh }, "en")("layer", { layer: 3, layers: 6 })).toBe("layer 3 of 6");
    expect(translator({ en, zh }, "zh")("layer", { layer: 3, layers: 6 })).toBe("第 3 层（共 6 层）");
    expect(translator({ en, zh }, "zh")("plain")).toBe("朴素");
  });

  it("leaves names in place that have no value", () => {
    expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  });

  it("does not expand values a second time", () => {
    expect(fill("{a}", { a: "{b}", b: "no" })).toBe("{b}");
  });
});

describe("placeholders", () => {
  it("lists each name once", () => {
    expect(placeholders("{b} {a} {b}")).toEqual(["b", "a"]);
    expect(placeholders("none")).toEqual([]);
  });
});
