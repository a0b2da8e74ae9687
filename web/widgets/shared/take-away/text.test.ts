import { expect, it } from "vitest";
import { placeholders } from "../text.js";
import { en, zh } from "./text.js";

it.each(Object.keys(en) as (keyof typeof en)[])("%s has the same placeholders in both languages", (key) => {
  expect(placeholders(zh[key])).toEqual(placeholders(en[key]));
  expect(zh[key]).not.toMatch(/[\u4e00-\u9fff][,;:!?()]/);
});
