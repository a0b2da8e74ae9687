/**
 * The built site: every page in both languages under its own policy, with no complaint of the browser, no request to
 * another host and no accessibility violation; search, links that set a widget, languages, any base path, no JavaScript.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeBlocks, pageSource } from "../../web/site/test/pages.js";
import { accessibilityViolations } from "./lib/axe.js";
import { eventually } from "./lib/eventually.js";
import { stateOf } from "./lib/explorer.js";
import { overflowingElements } from "./lib/layout.js";
import { SITE, setting } from "./lib/site.js";
import { open } from "./lib/visit.js";

const ROOT = join(import.meta.dirname, "..", "..");
const PHONE = { width: 320, height: 640 };

/** Addresses of all pages, as the site links to them: without `.html` and `index`. */
function pagesOf(folder: string): string[] {
  if (!existsSync(folder)) throw new Error("the site is not built: run npm run build first");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html") && file !== "404.html" && !file.startsWith("attnlab-"))
    .map((file) => `/${file.replace(/(^|\/)index\.html$/, "$1").replace(/\.html$/, "")}`)
    .sort();
}

const pages = pagesOf(SITE);
const inLanguage = (language: string): string[] => pages.filter((path) => path.startsWith(`/${language}/`));

/** Waits until the widgets of a page, if it has any, have drawn. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  for (const widget of await page
    .locator(
      "attn-benchmark, attn-compare, attn-entropy, attn-entropy-scale, attn-explorer, attn-linear, attn-norms, attn-nystrom, attn-performer, attn-sparse",
    )
    .all()) {
    await widget.scrollIntoViewIfNeeded();
    await widget.locator(".caption", { hasText: /\d/ }).waitFor();
  }
  await page.evaluate("scrollTo(0, 0)");
}

/** Follows a link within the site until the other page stands there: the address changes some time before. */
async function follow(page: Page, link: Locator): Promise<void> {
  const heading = (await page.locator("h1").textContent()) ?? "";
  await link.click();
  await page.locator("h1").filter({ hasNotText: heading }).waitFor();
}

/** Headings in the contents beside the page that do not fit there. */
const cutHeadings = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`[...document.querySelectorAll(".outline-link")]
    .filter((link) => link.scrollWidth > link.clientWidth)
    .map((link) => link.textContent)`);

test("has the same pages in both languages", () => {
  expect(inLanguage("en").length).toBeGreaterThan(3);
  expect(inLanguage("zh").map((path) => path.replace("/zh/", "/en/"))).toEqual(inLanguage("en"));
});

describe("every page", () => {
  for (const path of [...inLanguage("en"), ...inLanguage("zh")]) {
    test(`${path} is clean and accessible, light and dark, wide and narrow`, async () => {
      const { page } = await open(setting(path));
      await settled(page);
      expect(await page.locator("html").getAttribute("lang")).toMatch(path.startsWith("/zh/") ? /^zh/ : /^en/);
      expect(await page.locator("h1").count()).toBe(1);
      expect(await cutHeadings(page)).toEqual([]);
      expect(await accessibilityViolations(page)).toEqual([]);

      await page.emulateMedia({ colorScheme: "dark" });
      await page.locator("html.dark").waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);

      await page.setViewportSize(PHONE);
      expect(await overflowingElements(page)).toEqual([]);
    });
  }
});

/** The state that a link names: `scale=none !causal` is { scale: "none", causal: false }. */
function stateIn(text: string): Record<string, string> {
  const entries = text.split(" ").map((part): [string, string] => {
    if (part.startsWith("!")) return [part.slice(1), "false"];
    const [name = "", value = "true"] = part.split("=");
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** A widget's state in the words of an attribute. */
const inWords = (state: object): Record<string, string> =>
  Object.fromEntries(Object.entries(state).map(([name, value]): [string, string] => [name, String(value)]));

describe("links", () => {
  test("lead to pages and places that exist", async () => {
    const { page, server } = await open(setting("/en/"));
    const anchors = new Map<string, Set<string>>();
    const links: { from: string; to: URL }[] = [];
    for (const path of [...inLanguage("en"), ...inLanguage("zh")]) {
      await page.goto(`${server.origin}${path}`);
      const found = await page.evaluate<{ ids: string[]; links: string[] }>(`({
        ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
        links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
      })`);
      anchors.set(path, new Set(found.ids));
      links.push(...found.links.map((to) => ({ from: path, to: new URL(to) })));
    }
    const broken = links
      .filter(({ to }) => to.origin === server.origin)
      .filter(({ to }) => {
        const target = decodeURIComponent(to.pathname);
        const ids = anchors.get(target) ?? anchors.get(target.replace(/\.html$/, ""));
        const file = existsSync(join(SITE, target)) && !target.endsWith("/");
        if (!ids) return !file && target !== "/";
        return to.hash !== "" && !to.hash.includes(".state=") && !ids.has(decodeURIComponent(to.hash.slice(1)));
      })
      .map(({ from, to }) => `${from} -> ${to.pathname}${to.hash}`);
    expect([...new Set(broken)]).toEqual([]);
  });

  const setsWidgets = [...inLanguage("en"), ...inLanguage("zh")].filter((path) =>
    readFileSync(join(SITE, `${path.endsWith("/") ? `${path}index` : path}.html`), "utf8").includes("data-attn-set"),
  );
  test("that set a widget are on every article and on the benchmark, in both languages", () => {
    expect(setsWidgets.filter((path) => path.startsWith("/en/")).length).toBeGreaterThanOrEqual(10);
  });

  for (const path of setsWidgets) {
    test(`in the prose of ${path} set the widget`, async () => {
      const { page } = await open(setting(path));
      await settled(page);
      for (const link of await page.locator("a[data-attn-set]").all()) {
        const wanted = (await link.getAttribute("data-attn-set")) ?? "";
        const widget = page.locator((await link.getAttribute("href"))?.replace(/^[^#]*/, "") ?? "");
        await link.click();
        await eventually(async () => expect(inWords(await stateOf(widget)), wanted).toMatchObject(stateIn(wanted)));
      }
      expect(new URL(page.url()).pathname).toBe(path);
    });
  }
});

describe("nothing jumps while a page comes to life", () => {
  for (const path of inLanguage("en")) {
    test(`on a phone, at ${path}`, async () => {
      const { page } = await open(setting(path, { context: { viewport: { width: 412, height: 823 } } }));
      await page.locator(".VPContent").waitFor();
      await page.evaluate(`globalThis.jumps = [];
        new PerformanceObserver((list) => jumps.push(...list.getEntries().map(({ value }) => value)))
          .observe({ type: "layout-shift", buffered: true });`);
      await settled(page);
      const jumps = await page.evaluate<number[]>("jumps");
      expect(jumps.reduce((sum, jump) => sum + jump, 0)).toBeLessThan(0.02);
    });
  }
});

describe("on a phone", () => {
  for (const language of ["en", "zh"]) {
    test(`figures of /${language}/performer take half of the margin, and the claims most of their table`, async () => {
      const { page } = await open(
        setting(`/${language}/performer`, { context: { viewport: { width: 360, height: 780 } } }),
      );
      await settled(page);
      const figure = await page
        .locator("#figure")
        .evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);
      expect([figure.left, figure.right]).toEqual([8, 352]);
      const sliders = await page
        .locator("#figure .slider")
        .evaluateAll((all) => all.map((slider) => slider.getBoundingClientRect().bottom));
      expect(sliders[1]).toBe(sliders[0]);
      const [claim = 0, source = 0] = await page
        .locator("#claims + table th")
        .evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().width));
      expect(claim).toBeGreaterThan(source);
      expect(await overflowingElements(page)).toEqual([]);
    });
  }
});

describe("on a phone the reference", () => {
  for (const path of ["/en/reference", "/zh/reference"]) {
    test(`${path} has no table to be moved sideways, and says defaults beside their options`, async () => {
      const { page } = await open(setting(path, { context: { viewport: { width: 360, height: 780 } } }));
      await settled(page);
      const tables = page.locator(".vp-doc table");
      expect(await tables.count()).toBeGreaterThan(10);
      const moved = await tables.evaluateAll((all) =>
        all.filter((table) => table.scrollWidth > table.clientWidth).map((table) => table.textContent),
      );
      expect(moved).toEqual([]);
      const option = page.locator(".vp-doc tr", { has: page.getByText("threads", { exact: true }) }).first();
      const [name, byDefault, meaning] = await option
        .locator("td")
        .evaluateAll((cells) => cells.map((cell) => cell.getClientRects()[0]?.top ?? 0));
      expect(Math.abs((byDefault ?? 0) - (name ?? 0))).toBeLessThan(8);
      expect(meaning ?? 0).toBeGreaterThan((byDefault ?? 0) + 16);
    });
  }
});

describe("languages", () => {
  for (const [locale, language] of [
    ["en-US", "en"],
    ["zh-CN", "zh"],
    ["de-DE", "en"],
  ] as const) {
    test(`the front door leads a ${locale} browser to /${language}/`, async () => {
      const { page, server } = await open(setting("/", { context: { locale } }));
      await page.waitForURL(`${server.origin}/${language}/`);
      await settled(page);
    });
  }

  for (const [from, to, label] of [
    ["/en/attention", "/zh/attention", "简体中文"],
    ["/zh/attention", "/en/attention", "English"],
  ] as const) {
    test(`the menu of ${from} leads to ${to}`, async () => {
      const { page, server } = await open(setting(from));
      await settled(page);
      await page.locator(".VPNavBarTranslations button").hover();
      await follow(page, page.locator(".VPNavBarTranslations a", { hasText: label }));
      await page.waitForURL(`${server.origin}${to}*`);
      await page.locator(`html[lang^="${to.slice(1, 3)}"]`).waitFor();
      await settled(page);
    });
  }
});

describe("search", () => {
  for (const [path, words] of [
    ["/en/", ["entropy", "readNpy", "safetensors"]],
    ["/zh/", ["注意力", "熵", "熵不变性", "attention"]],
  ] as const) {
    test(`of ${path} finds ${words.join(", ")}`, async () => {
      const { page } = await open(setting(path));
      await settled(page);
      await page.locator("#local-search button").first().click();
      for (const word of words) {
        await page.locator("#localsearch-input").fill(word);
        const result = page.locator(".VPLocalSearchBox a.result").first();
        await result.waitFor();
        expect(await result.getAttribute("href"), word).toMatch(new RegExp(`^${path}`));
      }
      await page.locator(".VPLocalSearchBox a.result").first().click();
      await page.locator(".VPLocalSearchBox").waitFor({ state: "detached" });
    });
  }

  test("says so when it finds nothing", async () => {
    const { page } = await open(setting("/zh/"));
    await settled(page);
    await page.locator("#local-search button").first().click();
    await page.locator("#localsearch-input").fill("qqqxxyyzz");
    await page.locator(".VPLocalSearchBox .no-results").waitFor();
  });
});

describe("titles in Chinese", () => {
  for (const path of inLanguage("zh")) {
    test(`of ${path} break at spaces and punctuation alone`, async () => {
      const { page } = await open(setting(path, { context: { viewport: { width: 480, height: 800 } } }));
      await settled(page);
      const cuts = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll("h1, attn-explorer")].flatMap((element) => {
        const title = element.shadowRoot?.querySelector(".title") ?? element;
        const cuts = [];
        let before;
        const walker = document.createTreeWalker(title, NodeFilter.SHOW_TEXT);
        for (let node; (node = walker.nextNode()); )
          for (let i = 0; i < node.length; i++) {
            const range = document.createRange();
            range.setStart(node, i);
            range.setEnd(node, i + 1);
            const box = range.getBoundingClientRect();
            const letter = range.toString();
            if (box.width === 0 || !/\\S/.test(letter)) { if (before) before.letter = letter; continue; }
            if (before && box.top > before.bottom - 1 && /[\\p{L}\\p{N}]/u.test(before.letter)) cuts.push(before.letter + "|" + letter);
            before = { bottom: box.bottom, letter };
          }
        return cuts;
      })`);
      expect(cuts).toEqual([]);
    });
  }
});

describe("the page to be framed", () => {
  for (const language of ["en", "zh"] as const) {
    test(`that /${language}/guide/embed shows works, and its figure fits the frame`, async () => {
      const [framed = "", frame = ""] = codeBlocks(pageSource(language, "guide/embed"))
        .filter(({ info, code }) => info === "html" && /doctype|iframe/.test(code))
        .map(({ code }) => code);
      const icon = '<link rel="icon" href="data:," />';
      const { page } = await open({
        folders: { "/attnlab/": join(ROOT, "dist", "widgets") },
        pages: {
          "/attnlab/attn.html": { body: framed.replace("<title>", `${icon}<title>`) },
          "/": { body: `<!doctype html>${icon}<title>A post</title><body style="margin: 0">${frame}` },
        },
        context: { viewport: { width: 700, height: 900 } },
      });
      const widget = page.frameLocator("iframe").locator("attn-explorer");
      await widget.locator(".caption", { hasText: /\d/ }).waitFor();
      await widget.locator(".machine", { hasText: "GFLOP/s" }).waitFor();
      const { height = 0 } = (await widget.boundingBox()) ?? {};
      const room = Number(/height="(\d+)"/.exec(frame)?.[1]);
      expect(height).toBeLessThanOrEqual(room);
      expect(height).toBeGreaterThan(room - 300);
    });
  }
});

describe("without JavaScript", () => {
  test("a page shows its text, its formulas and the picture of the widget", async () => {
    const { page } = await open(
      setting("/en/attention", {
        context: { javaScriptEnabled: false },
        // Chromium reports the preloads of scripts that it may not run.
        expectedProblems: [/^request failed: .*\.js csp$/],
      }),
    );
    expect(await page.locator("h1").isVisible()).toBe(true);
    expect(await page.locator("math").count()).toBeGreaterThan(5);
    const picture = page.locator("attn-explorer img.in-light");
    expect(await picture.isVisible()).toBe(true);
  });
});

describe("below another path", () => {
  const BASE = "/papers/attnlab/";
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "attnlab-site-"));
    const vitepress = join(ROOT, "node_modules", "vitepress", "bin", "vitepress.js");
    execFileSync(process.execPath, [vitepress, "build", join(ROOT, "web", "site"), "--outDir", folder], {
      env: { ...process.env, ATTNLAB_BASE: BASE },
      stdio: "pipe",
    });
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("pages, widget, search and languages work", async () => {
    const { page, server } = await open(setting(`${BASE}en/attention`, { folders: { [BASE]: folder } }));
    await settled(page);
    await page.locator("#local-search button").first().click();
    await page.locator("#localsearch-input").fill("safetensors");
    await follow(page, page.locator(".VPLocalSearchBox a.result").first());
    expect(page.url().startsWith(`${server.origin}${BASE}en/`)).toBe(true);
    await settled(page);
    await page.goto(`${server.origin}${BASE}`);
    await page.waitForURL(`${server.origin}${BASE}en/`);
    await settled(page);
    expect(server.requests.filter((path) => !path.startsWith(BASE))).toEqual([]);
  });
});
