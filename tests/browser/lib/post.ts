/**
 * A blog post, plain HTML on a static host with a strict policy, that embeds widgets from the packed package.
 */
import type { Locator, Page } from "playwright-core";
import { inject } from "vitest";
import { STRICT_POLICY, withPolicy } from "./policy.js";
import type { OpenOptions } from "./visit.js";

/** Where the post keeps the widgets' files. */
export const WIDGETS = "/attnlab/";

export interface Post {
  /** What stands where the figure belongs. */
  figure?: string;
  /** The widget's script, below WIDGETS. */
  script?: string;
  lang?: string;
  policy?: string;
}

/** What an author writes: the element, and what is shown in its place where it cannot run. */
export const figure = (attributes = ""): string =>
  `<attn-explorer id="figure" ${attributes}><p class="fallback">A map of attention weights.</p></attn-explorer>`;

const STYLE = ":root { color-scheme: light dark; } body { margin: 0 auto; max-width: 60rem; font-family: sans-serif; }";

const html = ({
  figure: content = figure(),
  script = "attn-explorer.js",
  lang = "en",
}: Post): string => `<!doctype html>
<html lang="${lang}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>A post</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/post.css" />
    <script type="module" src="${WIDGETS}${script}"></script>
  </head>
  <body>
    <main>
      <h1>A post</h1>
      <p>Before the figure.</p>
      ${content}
      <p>After the figure.</p>
    </main>
  </body>
</html>`;

/** Opens the post; `more` changes how. */
export function post(content: Post = {}, more: Partial<OpenOptions> = {}): OpenOptions {
  return {
    folders: { [WIDGETS]: `${inject("packageFolder")}/dist/widgets` },
    headers: withPolicy(content.policy ?? STRICT_POLICY),
    ...more,
    pages: {
      "/": { body: html(content) },
      "/post.css": { body: STYLE, type: "text/css" },
      ...more.pages,
    },
    context: { viewport: { width: 1000, height: 900 }, ...more.context },
  };
}

/** Waits until the widget shows numbers: its caption holds none while it loads. */
export async function drawn(page: Page, selector = "#figure"): Promise<Locator> {
  const widget = page.locator(selector);
  await widget.scrollIntoViewIfNeeded();
  await widget.locator(".caption", { hasText: /\d/ }).waitFor();
  return widget;
}
