/**
 * What happens once per page: the time to the first result, and the first call of a kernel, which the engine runs in its
 * baseline compiler. In new pages with a warm HTTP cache.
 *
 * @import { FirstCall, Variant } from "./types.js"
 */
import { startServer } from "../../tests/browser/lib/server.mjs";

const PAGE = `<!doctype html><html lang="en"><title>a new page</title>
<script type="module" src="/script.js"></script></html>`;

/** `firstResult`: includes the probe, the known-answer test and the warming of kernels. */
const SCRIPT = `
const inputs = (lab, shape) => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
  return lab.tensor(data, shape);
};
const timeOf = (run) => {
  const begin = performance.now();
  run();
  return performance.now() - begin;
};
globalThis.firstResult = async () => {
  const begin = performance.now();
  const { load } = await import("/attnlab/dist/index.js");
  const lab = await load();
  const tensor = inputs(lab, [1, 64, 64]);
  lab.attention(tensor, tensor, tensor);
  return { milliseconds: performance.now() - begin, variant: lab.variant };
};
globalThis.firstCall = async (variant) => {
  const { load } = await import("/attnlab/dist/index.js");
  const lab = await load({ variant });
  const tensor = inputs(lab, [8, 256, 64]);
  const run = () => lab.attention(tensor, tensor, tensor);
  const first = timeOf(run);
  for (let call = 0; call < 60; ++call) run();
  const warm = Array.from({ length: 9 }, () => timeOf(run)).sort((a, b) => a - b)[4];
  return { first, warm };
};`;

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} distribution  the folder with the built package's index.js
 * @param {(each: (call: string) => Promise<any>) => Promise<T>} work  `each` evaluates a call in a page of its own
 * @returns {Promise<T>}
 * @template T
 */
async function inNewPages(browser, distribution, work) {
  const server = await startServer({
    folders: { "/attnlab/dist/": distribution },
    pages: { "/": { body: PAGE }, "/script.js": { body: SCRIPT, type: "text/javascript" } },
    cacheControl: "max-age=3600",
    // With isolation the clock has a resolution of 5 microseconds instead of 100.
    headers: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
  });
  const context = await browser.newContext();
  try {
    return await work(async (call) => {
      const page = await context.newPage();
      await page.goto(`${server.origin}/`);
      const result = await page.evaluate(call);
      await page.close();
      return result;
    });
  } finally {
    await context.close();
    await server.close();
  }
}

/**
 * The time from `import()` to the result of attention 1 x 64 x 64.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} distribution
 * @param {number} [pages]  how many new pages to open
 * @returns {Promise<{ median: number, samples: number[], variant: Variant }>} milliseconds
 */
export function measureFirstResult(browser, distribution, pages = 9) {
  return inNewPages(browser, distribution, async (each) => {
    /** The first page fills the cache. */
    const { variant } = await each("firstResult()");
    const samples = [];
    for (let count = 0; count < pages; ++count) samples.push((await each("firstResult()")).milliseconds);
    return { median: median(samples), samples, variant };
  });
}

/**
 * The first call of attention 8 x 256 x 64 in a page, against a warm one.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} distribution
 * @param {number} pages  how many new pages to open per variant
 * @returns {Promise<FirstCall[]>}
 */
export function measureFirstCalls(browser, distribution, pages) {
  return inNewPages(browser, distribution, async (each) => {
    const calls = [];
    for (const variant of /** @type {Variant[]} */ (["relaxed", "simd"])) {
      await each("firstResult()");
      const samples = [];
      for (let count = 0; count < pages; ++count) samples.push(await each(`firstCall("${variant}")`));
      const first = median(samples.map((sample) => sample.first));
      const warm = median(samples.map((sample) => sample.warm));
      calls.push({ variant, first, warm, ratio: first / warm, pages });
    }
    return calls;
  });
}
