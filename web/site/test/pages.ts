/** What the tests read from the Markdown sources: pages, headings, links, widgets, code blocks. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const site = fileURLToPath(new URL("..", import.meta.url));
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Names of the pages of a language, without extension: "attention", "guide/embed", … */
export function pageNames(language: "en" | "zh"): string[] {
  return readdirSync(`${site}${language}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => file.replace(/\\/g, "/").replace(/\.md$/, ""))
    .sort();
}

export function pageSource(language: "en" | "zh", name: string): string {
  return readFileSync(`${site}${language}/${name}.md`, "utf8");
}

export interface CodeBlock {
  /** The word after the fence and what follows it: "js", "js browser", "html". */
  readonly info: string;
  readonly code: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```([^\n`]+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: (match[1] ?? "").trim(),
    code: match[2] ?? "",
    line: markdown.slice(0, match.index).split("\n").length,
  }));
}

/** The page without its code blocks and inline code, where a "#" or a "](" means nothing. */
export function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]+`/g, "");
}

export interface Heading {
  readonly level: number;
  readonly id: string | undefined;
}

export function headings(markdown: string): Heading[] {
  return [...prose(markdown).matchAll(/^(#{1,6}) .*?(?:\{#([\w-]+)\})?$/gm)].map((match) => ({
    level: (match[1] ?? "").length,
    id: match[2],
  }));
}

/** Link targets of Markdown links and of `href` attributes. */
export function links(markdown: string): string[] {
  const text = prose(markdown);
  return [...text.matchAll(/\]\(([^)\s]+)\)|\bhref="([^"]+)"/g)].map((match) => match[1] ?? match[2] ?? "");
}

/** Anchors that a link may name: explicit heading ids and `id` attributes. */
export function anchors(markdown: string): Set<string> {
  const ids = [...prose(markdown).matchAll(/\bid="([\w-]+)"/g)].map((match) => match[1] ?? "");
  return new Set([...ids, ...headings(markdown).flatMap(({ id }) => (id === undefined ? [] : [id]))]);
}

/** The widgets' opening tags without their text, and the states that links set, in order. */
export function widgetStates(markdown: string): string[] {
  return [...markdown.matchAll(/<attn-[a-z-]+[^>]*>|data-attn-set="[^"]*"/g)].map((match) => match[0]);
}
