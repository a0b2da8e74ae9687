/**
 * Formulas: `$…$` in a line and `$$…$$` as a block become MathML while the site is built. No formula code is shipped.
 *
 * `\data{attn-live=NAME}{3.1}` marks a number that the page keeps up to date from the widget (see theme/live-numbers.ts);
 * the number written in the source is what a reader without JavaScript sees.
 */
import type { MarkdownRenderer } from "vitepress";
import temml from "temml";

/** Only `\data` is trusted: no links, no styles, no HTML classes from a formula. */
function trust(context: { command?: string }): boolean {
  return context.command === "\\data";
}

/**
 * MathML of a TeX formula. Throws on a mistake in the formula, which fails the build. What `\qquad` sets apart in a block is a
 * formula each, so that a phone shows them below one another.
 */
export function toMathML(tex: string, displayMode: boolean): string {
  if (!displayMode) return render(tex, false);
  const formulas = tex.split("\\qquad").map((part) => render(part, true));
  return `<p class="formula" tabindex="0">${formulas.join("")}</p>\n`;
}

function render(tex: string, displayMode: boolean): string {
  const mathml = temml.renderToString(tex, { displayMode, throwOnError: true, trust });
  // v-pre: Vue neither compiles nor re-renders the formula, so braces stay braces and live numbers stay as they were set.
  return mathml.replace(/^<math/, "<math v-pre");
}

/** The end of an inline formula that starts at `start` (just behind its dollar), or -1. A closing dollar follows a non-space. */
function inlineEnd(source: string, start: number): number {
  if (/\s|\$/.test(source[start] ?? " ")) return -1;
  for (let end = start; end < source.length; end++) {
    if (source[end] === "\\") end++;
    else if (source[end] === "$")
      return /\s/.test(source[end - 1] ?? " ") || /\d/.test(source[end + 1] ?? "") ? -1 : end;
  }
  return -1;
}

/** A markdown-it plugin. */
export function math(md: MarkdownRenderer): void {
  md.inline.ruler.before("escape", "math_inline", (state, silent) => {
    if (state.src[state.pos] !== "$") return false;
    const start = state.pos + 1;
    const end = inlineEnd(state.src, start);
    if (end < 0) return false;
    // A line must not begin with the comma after a formula, so the two are kept together.
    const tail =
      /^[,.;:!?)\]\uff0c\uff1b\uff1a\uff01\uff1f\uff09\u3001\u3002]*/.exec(state.src.slice(end + 1))?.[0] ?? "";
    if (!silent) {
      const token = state.push("math_inline", "math", 0);
      token.content = state.src.slice(start, end);
      token.info = tail;
    }
    state.pos = end + 1 + tail.length;
    return true;
  });

  md.block.ruler.before(
    "fence",
    "math_block",
    (state, startLine, endLine, silent) => {
      const line = (n: number): string =>
        state.src.slice((state.bMarks[n] ?? 0) + (state.tShift[n] ?? 0), state.eMarks[n]);
      const first = line(startLine).trim();
      if (!first.startsWith("$$")) return false;
      if (silent) return true;
      const body: string[] = [];
      let next = startLine + 1;
      if (first.length > 4 && first.endsWith("$$")) {
        body.push(first.slice(2, -2));
      } else {
        body.push(first.slice(2));
        while (next < endLine && !line(next).trim().endsWith("$$")) body.push(line(next++));
        body.push(line(next++).trim().slice(0, -2));
      }
      const token = state.push("math_block", "math", 0);
      token.block = true;
      token.content = body.join("\n");
      token.map = [startLine, next];
      state.line = next;
      return true;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );

  md.renderer.rules.math_inline = (tokens, index) => {
    const { content = "", info = "" } = tokens[index] ?? {};
    const formula = toMathML(content, false);
    return info === "" ? formula : `<span class="keep-together">${formula}${info}</span>`;
  };
  md.renderer.rules.math_block = (tokens, index) => toMathML(tokens[index]?.content ?? "", true);
}
