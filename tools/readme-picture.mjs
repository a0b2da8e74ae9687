// Takes the pictures of the widget that the READMEs show, and that stand on the pages in its place until it runs:
// web/site/public/pictures/attn-explorer.{en,zh}.{light,dark}.webp. Run it by hand when the widget's looks change.
//
//   npm run build && node tools/readme-picture.mjs

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchChromium } from "../tests/browser/lib/chromium.mjs";
import { distFolder, fromRoot } from "./lib/paths.mjs";
import { asProgram, say } from "./lib/report.mjs";
import { serve } from "./lib/serve.mjs";

const pictures = fromRoot("web", "site", "public", "pictures");

/** Sizes of the pictures in CSS pixels: the widget down to the end of its two charts. The pages reserve room of this shape. */
const sizes = { en: { width: 960, height: 1176 }, zh: { width: 960, height: 1132 } };

/**
 * A page with nothing but the widget on it.
 * @param {string} language
 */
const page = (language) => `<!doctype html>
<html lang="${language}">
  <meta charset="utf-8">
  <style>
    :root { color-scheme: light dark; }
    body { margin: 0; font-family: system-ui, "Noto Sans CJK SC", sans-serif; }
    attn-explorer { margin: 0; }
  </style>
  <script>document.addEventListener("attn-change", () => document.documentElement.setAttribute("data-drawn", ""));</script>
  <script type="module" src="attn-explorer.js"></script>
  <attn-explorer></attn-explorer>
</html>`;

/**
 * Packs a picture as WebP, which is half as large; a page can do that and a screenshot cannot.
 * @param {import("playwright-core").Page} tab
 * @param {Buffer} png
 */
async function packed(tab, png) {
  /** @type {string} */
  const address = await tab.evaluate(`(async () => {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64,${png.toString("base64")}")).blob());
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.9);
  })()`);
  return Buffer.from(address.slice(address.indexOf(",") + 1), "base64");
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} address Of the folder with the widgets.
 * @param {"en" | "zh"} language
 * @param {"light" | "dark"} colorScheme
 */
async function take(browser, address, language, colorScheme) {
  const context = await browser.newContext({ viewport: sizes[language], colorScheme, reducedMotion: "reduce" });
  const tab = await context.newPage();
  await tab.route(`${address}picture.html`, (route) =>
    route.fulfill({ contentType: "text/html; charset=utf-8", body: page(language) }),
  );
  await tab.goto(`${address}picture.html`);
  await tab.waitForSelector("html[data-drawn]");
  await tab.waitForTimeout(500); // small pictures of the heads are drawn after the map
  const path = join(pictures, `attn-explorer.${language}.${colorScheme}.webp`);
  writeFileSync(path, await packed(tab, await tab.screenshot()));
  await context.close();
  say(path);
}

async function main() {
  mkdirSync(pictures, { recursive: true });
  const server = await serve(join(distFolder, "widgets"), { host: "127.0.0.1" });
  const browser = await launchChromium();
  try {
    for (const language of /** @type {const} */ (["en", "zh"])) {
      for (const scheme of /** @type {const} */ (["light", "dark"])) {
        await take(browser, server.address, language, scheme);
      }
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

await asProgram(import.meta.url, main);
