// `npm run bench -- --linear`: what attention of linear cost costs; see page/linear.js.

import { join } from "node:path";
import { launchChromium } from "../tests/browser/lib/chromium.mjs";
import { startServer } from "../tests/browser/lib/server.mjs";
import { distFolder } from "../tools/lib/paths.mjs";
import { say } from "../tools/lib/report.mjs";
import { buildCeilings } from "./lib/ceilings.mjs";

const PAGE = `<!doctype html><html lang="en"><title>linear</title><script type="module" src="/linear.js"></script></html>`;

/** Measures the built package in a page and prints the figures. */
export async function measureLinear() {
  const server = await startServer({
    folders: {
      "/": join(import.meta.dirname, "page"),
      "/attnlab/dist/": distFolder,
      "/ceilings/": buildCeilings(),
    },
    pages: { "/linear.html": { body: PAGE } },
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(error));
    await page.goto(`${server.origin}/linear.html`);
    await page.waitForFunction("globalThis.measureLinear");
    for (let part = 0; ; ++part) {
      /** @type {string[] | undefined} */
      const lines = await page.evaluate(`measureLinear(${part})`);
      if (!lines) break;
      for (const line of lines) say(line);
    }
  } finally {
    await browser.close();
    await server.close();
  }
}
