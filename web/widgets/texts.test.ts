import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { placeholders, type TextTable } from "./shared/text.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const tablesOf = async (file: string): Promise<Partial<Record<"en" | "zh", TextTable>>> =>
  (await import(join(folder, file))) as Partial<Record<"en" | "zh", TextTable>>;

/** Every table of texts: in `text.en.ts` and `text.zh.ts`, or both languages in `text.ts`. */
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
  /[\\/]text(\.en)?\.ts$/.test(file),
);
const found = await Promise.all(
  files.sort().map(async (file) => {
    const { en, zh } = { ...(await tablesOf(file)), ...(await tablesOf(file.replace(".en.ts", ".zh.ts"))) };
    return en === undefined || zh === undefined ? [] : [{ file, en, zh }];
  }),
);
const tables = found.flat();

it("tables of texts are found: one a widget at least, and those that widgets share", () => {
  expect(tables.length).toBeGreaterThanOrEqual(14);
});

describe.each(tables)("$file", ({ en, zh }) => {
  it("has the same keys in both languages", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(Object.keys(en))("%s has the same placeholders in both languages", (key) => {
    expect(placeholders(zh[key] ?? "").sort()).toEqual(placeholders(en[key] ?? "").sort());
  });

  it("is never empty", () => {
    for (const text of [...Object.values(en), ...Object.values(zh)]) expect(text.trim()).not.toBe("");
  });

  it("is Chinese in Chinese, with full-width punctuation after a Chinese character", () => {
    for (const [key, text] of Object.entries(zh)) expect(text, key).not.toMatch(/[\u4e00-\u9fff][,;:!?()]/);
  });
});
