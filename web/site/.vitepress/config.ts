/** The site: English and Chinese, any base path (`ATTNLAB_BASE=/attnlab/`), nothing loaded from another host. */
import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { withPolicy } from "./csp.mjs";
import { en } from "./locales/en.js";
import { zh, zhSearch } from "./locales/zh.js";
import { math } from "./math.js";
import { withHiddenFunctions } from "./search/options.js";
import { stateLinks } from "./state-links.js";
import { copyWidgets, serveWidgets } from "./widgets.js";

const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const base = process.env.ATTNLAB_BASE?.replace(/\/*$/, "/") ?? "/";
const widgetFolder = `attnlab-${version}/widgets`;

export default defineConfig({
  title: "attnlab",
  description: "Exact attention in the browser: WebAssembly SIMD kernels, and widgets that show how they work.",
  base,
  lang: "en",
  srcExclude: ["test/**", "snippets/**"],
  metaChunk: true,
  // Prefetching asks for pages a reader may never open, and not every browser lets it pass `default-src 'none'`.
  router: { prefetchLinks: false },
  head: [["link", { rel: "icon", href: `${base}favicon.svg`, type: "image/svg+xml" }]],
  locales: { en, zh },
  themeConfig: {
    search: { provider: "local", options: withHiddenFunctions({ locales: { zh: zhSearch } }) },
    externalLinkIcon: true,
  },
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config(md) {
      math(md);
      stateLinks(md);
    },
  },
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith("attn-") } } },
  vite: {
    define: { __WIDGETS__: JSON.stringify(`${base}${widgetFolder}`) },
    plugins: [serveWidgets(base, widgetFolder)],
  },
  transformHtml: (html) => withPolicy(html),
  buildEnd: ({ outDir }) => copyWidgets(outDir, widgetFolder),
});
