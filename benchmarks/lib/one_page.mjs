/**
 * A page of the benchmark that needs the built package and the ceilings alone.
 */
import { join } from "node:path";
import { startServer } from "../../tests/browser/lib/server.mjs";
import { distFolder } from "../../tools/lib/paths.mjs";
import { buildCeilings } from "./ceilings.mjs";

/** With isolation the clock has a resolution of 5 microseconds instead of 100. */
export const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Opens a page with one script and gives its functions a call each.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} script  below page/
 * @param {string} ready  a global that is there once the script has run
 * @param {(call: (expression: string) => Promise<any>) => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export async function inOnePage(browser, script, ready, work) {
  const body = `<!doctype html><html lang="en"><title>${script}</title><script type="module" src="/${script}"></script></html>`;
  const server = await startServer({
    folders: {
      "/": join(import.meta.dirname, "..", "page"),
      "/attnlab/dist/": distFolder,
      "/ceilings/": buildCeilings(),
    },
    pages: { "/one.html": { body } },
    headers: ISOLATION,
  });
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(error));
    await page.goto(`${server.origin}/one.html`);
    await page.waitForFunction(`globalThis.${ready}`);
    const result = await work((expression) => page.evaluate(expression));
    await page.close();
    return result;
  } finally {
    await server.close();
  }
}

/**
 * What exact attention takes beyond inputs and result.
 *
 * @param {import("playwright-core").Browser} browser
 * @returns {Promise<import("./types.js").MemoryUse[]>}
 */
export const measureMemory = (browser) =>
  inOnePage(browser, "memory.js", "measureMemory", (call) => call("measureMemory()"));
