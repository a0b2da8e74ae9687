import { describe, expect, it } from "vitest";
import { codeBlocks, headings, pageNames, pageSource, prose, widgetStates } from "./pages.js";

/** A block without its comments: those are written in the page's language. */
const uncommented = (code: string): string => code.replace(/^\s*\/\/ .*\n/gm, "").replace(/\s+\/\/ .*$/gm, "");

describe("the two languages", () => {
  it("have the same pages", () => {
    expect(pageNames("zh")).toEqual(pageNames("en"));
  });

  describe.each(pageNames("en"))("%s", (name) => {
    const en = pageSource("en", name);
    const zh = pageSource("zh", name);

    it("has the same headings, by level and by name", () => {
      expect(headings(zh)).toEqual(headings(en));
    });

    it("shows the same widgets, set to the same states in the same order", () => {
      expect(widgetStates(zh)).toEqual(widgetStates(en));
    });

    it("runs the same code", () => {
      const runnable = (markdown: string): string[] =>
        codeBlocks(markdown)
          .filter(({ info }) => info.startsWith("js"))
          .map(({ code }) => uncommented(code));
      expect(runnable(zh)).toEqual(runnable(en));
    });

    it("has as many formulas and table rows", () => {
      const count = (markdown: string, pattern: RegExp): number => markdown.match(pattern)?.length ?? 0;
      for (const pattern of [/^\$\$$/gm, /^\|/gm, /^<<< /gm]) expect(count(zh, pattern)).toBe(count(en, pattern));
    });

    it("is written with full-width punctuation in Chinese", () => {
      const text = prose(zh).replace(/^---[\s\S]*?^---$/m, "");
      expect(text.match(/\p{Script=Han}[,;:?!]|[,;:?!]\p{Script=Han}/gu)).toBeNull();
    });
  });
});
