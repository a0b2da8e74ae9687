import { describe, expect, it } from "vitest";
import { placeholders } from "../shared/text.js";
import { texts as speed } from "./speed/texts.js";
import { texts as steps } from "./steps/texts.js";

const en = { ...speed.en, ...steps.en };
const zh = { ...speed.zh, ...steps.zh };

describe("texts", () => {
  it("have the same keys in both languages", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(Object.keys(en) as (keyof typeof en)[])("%s has the same placeholders in both languages", (key) => {
    expect(placeholders(zh[key]).sort()).toEqual(placeholders(en[key]).sort());
  });

  it("are never empty", () => {
    for (const text of [...Object.values(en), ...Object.values(zh)]) expect(text.trim()).not.toBe("");
  });

  it("are Chinese in Chinese, with full-width punctuation after a Chinese character", () => {
    for (const [key, text] of Object.entries(zh)) expect(text, key).not.toMatch(/[\u4e00-\u9fff][,;:!?()]/);
  });
});
