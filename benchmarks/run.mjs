/**
 * `npm run bench [-- --only "1024 x 64"] [-- --rounds 21] [-- --quick] [-- --save]`, or `npm run bench -- --linear`
 *
 * Builds what is measured, opens two pages in one Chromium (cross-origin isolated with the peers, and without
 * isolation with attnlab alone), then one each for attention of linear cost and for memory, prints tables and writes
 * benchmarks/results/latest.json; --save also writes the dated file that is committed and that the site shows.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchChromium } from "../tests/browser/lib/chromium.mjs";
import { startServer } from "../tests/browser/lib/server.mjs";
import { build } from "../tools/build.mjs";
import { distFolder } from "../tools/lib/paths.mjs";
import { asProgram, Problem, say } from "../tools/lib/report.mjs";
import { setup } from "../tools/setup.mjs";
import { buildCeilings } from "./lib/ceilings.mjs";
import { busyCores, describeMachine, disturbances } from "./lib/machine.mjs";
import { measureFirstCalls, measureFirstResult } from "./lib/new_pages.mjs";
import { bundlePeers, installPeers } from "./lib/peers.mjs";
import { withRatios } from "./lib/ratios.mjs";
import { firstCallReport, memoryReport, pageReport, sizeReport } from "./lib/report.mjs";
import { linearReport } from "./lib/linear_report.mjs";
import { linearDisturbances } from "./lib/linear_section.mjs";
import { ISOLATION, measureMemory } from "./lib/one_page.mjs";
import { compressedSizes } from "./lib/sizes.mjs";
import { measureLinear } from "./linear.mjs";

const FOLDER = import.meta.dirname;
/** Fewer samples, or an even number, make no good median. */
const LEAST_ROUNDS = 9;

/**
 * @import { Case, PageReport } from "./lib/types.js"
 * @typedef {ReturnType<typeof timingOf>} Timing
 */

/** @param {{ quick: boolean, rounds: string, only: string }} flags */
function timingOf({ quick, rounds, only }) {
  const wanted = Number(rounds);
  if (!(wanted >= LEAST_ROUNDS && wanted % 2 === 1)) {
    throw new Problem(`--rounds ${rounds} makes no good median.`, `Give an odd number from ${LEAST_ROUNDS} on.`);
  }
  return {
    rounds: quick ? 3 : wanted,
    warmMilliseconds: quick ? 100 : 300,
    sampleMilliseconds: quick ? 10 : 30,
    only,
  };
}

/**
 * Runs the benchmark page under the given headers, case by case. When the page dies, the case says so and a new page goes
 * on with the next.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {Record<string, string>} folders
 * @param {Record<string, string>} headers
 * @param {Timing & { peers: boolean, essential: boolean }} options  see page/main.js
 * @returns {Promise<PageReport>}
 */
async function measurePage(browser, folders, headers, options) {
  const server = await startServer({ folders, headers });
  const opened = async () => {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(error));
    await page.goto(`${server.origin}/`);
    await page.waitForFunction("globalThis.attnlabBenchmark");
    /** @type {Omit<PageReport, "cases"> & { titles: { operation: string, label: string }[] }} */
    const about = await page.evaluate(`attnlabBenchmark.open(${JSON.stringify(options)})`);
    return { page, about };
  };
  try {
    let { page, about } = await opened();
    const { isolated, traffic, titles } = about;
    /** @type {Case[]} */
    const cases = [];
    for (const [index, title] of titles.entries()) {
      say(`measuring: ${title.operation} ${title.label}`);
      try {
        cases.push(withRatios(await page.evaluate(`attnlabBenchmark.runCase(${index})`)));
      } catch (error) {
        say(`  the page died: ${String(error)}`);
        cases.push({ ...title, results: [], ceilings: [], disturbed: true });
        await page.close().catch(() => undefined);
        ({ page } = await opened());
      }
    }
    await page.close();
    return { isolated, traffic, cases };
  } finally {
    await server.close();
  }
}

/**
 * Builds and measures.
 *
 * @param {Timing} timing
 */
async function measure(timing) {
  await setup("test");
  await build();
  const peers = installPeers();
  const folders = {
    "/": join(FOLDER, "page"),
    "/attnlab/dist/": distFolder,
    "/ceilings/": buildCeilings(),
    "/peers/": join(FOLDER, "node_modules"),
    "/bundled/": await bundlePeers(),
  };
  const begin = performance.now();
  const busyBefore = await busyCores();
  const browser = await launchChromium();
  try {
    const isolated = await measurePage(browser, folders, ISOLATION, { ...timing, peers: true, essential: false });
    const plain = await measurePage(browser, folders, {}, { ...timing, peers: false, essential: true });
    const newPages = timing.rounds;
    // A choice of cases is about those.
    const linear = timing.only === "" ? await measureLinear(browser, timing) : undefined;
    const memory = timing.only === "" ? await measureMemory(browser) : [];
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(`Chromium ${browser.version()}`),
      peers,
      timing,
      disturbances: [
        ...disturbances(busyBefore, [...isolated.cases, ...plain.cases]),
        ...(linear ? linearDisturbances(linear) : []),
      ],
      loadToFirstResult: await measureFirstResult(browser, distFolder, newPages),
      firstCalls: await measureFirstCalls(browser, distFolder, newPages),
      sizes: compressedSizes(distFolder),
      pages: [isolated, plain],
      ...(linear ? { linear, memory } : {}),
      minutes: (performance.now() - begin) / 60_000,
    };
  } finally {
    await browser.close();
  }
}

/** @param {Awaited<ReturnType<typeof measure>>} report */
function print({ pages, linear, memory, peers, sizes, loadToFirstResult, firstCalls, minutes, disturbances: found }) {
  for (const page of pages) say(`\n${pageReport(page)}`);
  if (linear) say(`\n${linearReport(linear)}`);
  if (memory) say(`\n${memoryReport(memory)}`);
  say(`\n${sizeReport(sizes)}\n`);
  const { median, samples, variant } = loadToFirstResult;
  say(`load to first result (${variant}): median ${median.toFixed(1)} ms of ${samples.length} new pages`);
  say(firstCallReport(firstCalls));
  say(`peers: ${peers.map(({ name, version, license }) => `${name} ${version} (${license})`).join(", ")}`);
  say(`The measurements took ${minutes.toFixed(1)} minutes.`);
  say(found.length === 0 ? "The machine was quiet." : "The machine was busy; take the ratios with care:");
  for (const line of found) say(`  ${line}`);
}

/**
 * For JSON: figures have no more digits than they are worth, texts and lists stay as they are.
 *
 * @param {string} _
 * @param {unknown} value
 */
const rounded = (_, value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

await asProgram(import.meta.url, async (args) => {
  const { values: flags } = parseArgs({
    args,
    options: {
      only: { type: "string", default: "" },
      rounds: { type: "string", default: "9" },
      quick: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      linear: { type: "boolean", default: false },
    },
  });
  const timing = timingOf(flags);
  if (flags.linear) {
    await setup("test");
    await build();
    const browser = await launchChromium();
    try {
      say(`\n${linearReport(await measureLinear(browser, timing))}`);
    } finally {
      await browser.close();
    }
    return;
  }
  const report = await measure(timing);
  print(report);
  const text = `${JSON.stringify(report, rounded, 2)}\n`;
  mkdirSync(join(FOLDER, "results"), { recursive: true });
  writeFileSync(join(FOLDER, "results", "latest.json"), text);
  if (flags.save) writeFileSync(join(FOLDER, "results", `${report.date}.json`), text);
});
