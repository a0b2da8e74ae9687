/**
 * Load to first result: in a new page with a warm HTTP cache, the time from `import()` to the result of attention
 * 1 x 64 x 64, which includes the probe, the known-answer test and the warming of kernels.
 */
import { startServer } from "../../tests/browser/lib/server.mjs";

const PAGE = `<!doctype html><html lang="en"><title>load to first result</title>
<script type="module" src="/first_result.js"></script></html>`;

const SCRIPT = `
const q = Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i));
globalThis.firstResult = async () => {
  const begin = performance.now();
  const { load } = await import("/attnlab/dist/index.js");
  const lab = await load();
  const tensor = lab.tensor(q, [1, 64, 64]);
  const first = lab.attention(tensor, tensor, tensor).data[0];
  return { milliseconds: performance.now() - begin, first, variant: lab.variant };
};`;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} distribution  the folder with the built package's index.js
 * @param {number} [pages]  how many new pages to open
 * @returns {Promise<{ median: number, samples: number[], variant: string }>} milliseconds
 */
export async function measureFirstResult(browser, distribution, pages = 9) {
  const server = await startServer({
    folders: { "/attnlab/dist/": distribution },
    pages: { "/": { body: PAGE }, "/first_result.js": { body: SCRIPT, type: "text/javascript" } },
    cacheControl: "max-age=3600",
    // With isolation the clock has a resolution of 5 microseconds instead of 100.
    headers: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
  });
  const context = await browser.newContext();
  try {
    /** @returns {Promise<{ milliseconds: number, first: number, variant: string }>} */
    const once = async () => {
      const page = await context.newPage();
      await page.goto(`${server.origin}/`);
      const result = await page.evaluate("firstResult()");
      await page.close();
      return result;
    };
    const { variant } = await once();
    const samples = [];
    for (let count = 0; count < pages; ++count) samples.push((await once()).milliseconds);
    const sorted = [...samples].sort((a, b) => a - b);
    return { median: sorted[sorted.length >> 1] ?? NaN, samples, variant };
  } finally {
    await context.close();
    await server.close();
  }
}
