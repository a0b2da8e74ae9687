import { expect, it } from "vitest";
import { languageOfTag } from "./language.js";

it.each([
  ["zh", "zh"],
  ["zh-CN", "zh"],
  ["zh-Hans-SG", "zh"],
  ["ZH_tw", "zh"],
  ["en", "en"],
  ["zha", "en"],
  ["", "en"],
  [undefined, "en"],
  ["de-CH", "en"],
] as const)("reads the tag %s as %s", (tag, language) => {
  expect(languageOfTag(tag)).toBe(language);
});
