import { createMarkdownRenderer } from "vitepress";
import { describe, expect, it } from "vitest";
import { math, toMathML } from "../.vitepress/math.js";
import { site } from "./pages.js";

const markdown = await createMarkdownRenderer(site, { config: math });

describe("formulas", () => {
  it("become MathML in the line and as a block", () => {
    expect(markdown.render("the scale $1/\\sqrt d$ of")).toMatch(
      /<p>the scale <math v-pre[^>]*>.*<msqrt>.*<\/math> of<\/p>/,
    );
    expect(markdown.render("$$\na_{ij}\n= 1\n$$")).toMatch(
      /<p class="formula" tabindex="0"><math v-pre[^>]*display="block"/,
    );
    expect(markdown.render("$$ x^2 $$")).toContain("<msup>");
  });

  it("that stand side by side are one each, for a phone to put them below one another", () => {
    expect(markdown.render("$$\na = 1,\\qquad\nb = 2\n$$").match(/<math /g)).toHaveLength(2);
  });

  it("keep the comma that follows on their line", () => {
    expect(markdown.render("at $x$, and")).toContain("</math>,</span> and");
    expect(markdown.render("取 $x$\uff0c则")).toContain("</math>\uff0c</span>则");
    expect(markdown.render("at $x$ and")).toContain("</math> and");
  });

  it("leaves money, escapes and code alone", () => {
    for (const text of ["costs $5 and $6", "\\$x\\$", "`$x$`", "a $ b $ c"]) {
      expect(markdown.render(text)).not.toContain("<math");
    }
  });

  it("stands in links and tables", () => {
    expect(markdown.render("| $a$ | b |\n| --- | --- |\n| $c_i$ | d |")).toContain("<td><math");
  });

  it("carries marks for numbers that change, and nothing else that HTML could mean", () => {
    expect(toMathML("\\data{attn-live=meanEntropy}{1.5}", false)).toContain('data-attn-live="meanEntropy"');
    expect(() => toMathML("\\href{https://example.org}{x}", false)).toThrow();
  });

  it("fails the build on a mistake", () => {
    expect(() => toMathML("\\frac{1}", false)).toThrow();
  });
});
