// How much faster a pool is than one thread, in a page without cross-origin isolation, and what it leaves behind.
//
//   node benchmarks/pool.mjs [--cycles N]
//
// Needs the built package. Medians of 9 rounds that alternate between the two, results compared; with --cycles, N pools are
// made and ended first, in a page and in Node, and the memory before and after is told.

import { fileURLToPath } from "node:url";
import { createPool } from "../dist/index.js";
import { launchChromium } from "../tests/browser/lib/chromium.mjs";
import { startServer } from "../tests/browser/lib/server.mjs";

const SCRIPT = `
import { createPool, load } from "/attnlab/dist/index.js";
const numbers = (length) => Float32Array.from({ length }, () => 2 * Math.random() - 1);
const median = (samples) => samples.sort((a, b) => a - b)[samples.length >> 1];

globalThis.measure = async (operation, shapes, options, threads) => {
  const lab = await load();
  const pool = await createPool({ threads });
  const inputs = shapes.map((shape) => ({ data: numbers(shape.reduce((a, b) => a * b)), shape }));
  const [one, many] = [[], []];
  let largest = 0;
  for (let round = -2; round < 9; ++round) {
    const start = performance.now();
    const expected = lab[operation](...inputs, options);
    const middle = performance.now();
    const actual = await pool[operation](...inputs, options);
    const end = performance.now();
    for (let i = 0; i < expected.data.length; i += 7) {
      largest = Math.max(largest, Math.abs(expected.data[i] - actual.data[i]));
    }
    if (round < 0) continue;
    one.push(middle - start);
    many.push(end - middle);
  }
  const used = pool.threads;
  await pool.terminate();
  return { one: median(one), many: median(many), threads: used, largest };
};

globalThis.cycles = async (count) => {
  const x = { data: numbers(4096), shape: [64, 64] };
  for (let i = 0; i < count; ++i) {
    const pool = await createPool({ threads: 2 });
    await pool.softmax(x);
    await pool.terminate();
  }
};`;

const PAGE = `<!doctype html><html lang="en"><title>pool</title><script type="module" src="/pool.js"></script></html>`;

/** @type {[name: string, operation: string, shapes: number[][], options?: object][]} */
const problems = [
  ["attention, 8 heads x 1024 x 64", "attention", Array(3).fill([8, 1024, 64])],
  ["attention, 1 head x 4096 x 64", "attention", Array(3).fill([4096, 64])],
  ["causal, 8 heads x 1024 x 64", "attention", Array(3).fill([8, 1024, 64]), { causal: true }],
  ["causal, 1 head x 4096 x 64", "attention", Array(3).fill([4096, 64]), { causal: true }],
  ["attention, 3 heads x 1024 x 64", "attention", Array(3).fill([3, 1024, 64])],
  ["attention, 8 heads x 256 x 64", "attention", Array(3).fill([8, 256, 64])],
  ["attention, 1 head x 64 x 64", "attention", Array(3).fill([64, 64])],
  ["matmul 1024 x 1024 x 1024", "matmul", Array(2).fill([1024, 1024])],
  ["softmax 4096 x 1024", "softmax", [[4096, 1024]]],
  ["layerNorm 4096 x 768", "layerNorm", [[4096, 768]]],
];

/** @param {number} count */
async function cyclesInNode(count) {
  const x = { data: new Float32Array(4096), shape: [64, 64] };
  const run = async (/** @type {number} */ rounds) => {
    for (let i = 0; i < rounds; ++i) {
      const pool = await createPool({ threads: 2 });
      await pool.softmax(x);
      await pool.terminate();
    }
    return Math.round(process.memoryUsage().rss / 1e6);
  };
  const before = await run(Math.ceil(count / 10));
  const after = await run(count);
  console.log(`${count} pools of 2 in Node: ${before} MB resident before, ${after} MB after`);
}

const at = process.argv.indexOf("--cycles");
const cycles = at < 0 ? 0 : Number(process.argv[at + 1]);
const server = await startServer({
  folders: { "/attnlab/dist/": fileURLToPath(new URL("../dist/", import.meta.url)) },
  pages: { "/": { body: PAGE }, "/pool.js": { body: SCRIPT, type: "text/javascript" } },
});
const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await page.goto(`${server.origin}/`);
  if (cycles > 0) {
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      return (usedSize / 1e6).toFixed(1);
    };
    await page.evaluate(`cycles(${Math.ceil(cycles / 10)})`);
    const before = await heap();
    await page.evaluate(`cycles(${cycles})`);
    const [after, left] = [await heap(), page.workers().length];
    console.log(`${cycles} pools of 2 in a page: heap ${before} MB before, ${after} MB after; ${left} workers left`);
    await cyclesInNode(cycles);
  } else {
    for (const [name, operation, shapes, options] of problems) {
      const call = `measure(${JSON.stringify(operation)}, ${JSON.stringify(shapes)}, ${JSON.stringify(options)}, 2)`;
      /** @type {{ one: number, many: number, threads: number, largest: number }} */
      const { one, many, threads, largest } = await page.evaluate(call);
      const [before, after] = [one.toFixed(2), many.toFixed(2)];
      const ratio = `${(one / many).toFixed(2)} times as fast`;
      console.log(`${name}: ${before} ms, with ${threads} workers ${after} ms, ${ratio}; differs by ${largest}`);
    }
  }
} finally {
  await browser.close();
  await server.close();
}
