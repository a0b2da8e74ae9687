// `npm test`: makes the machine ready, builds, and runs every suite, or those that are named.
//
//   npm test
//   npm test -- kernels package      all suites of the kernels, and the package's
//
// Each suite is one line; what it printed is in build/test-logs/. The last line is "N passed, N failed".

import { buildSite, buildWasm, bundlePackage, bundleWidgets } from "./build.mjs";
import { emptyLog } from "./lib/command.mjs";
import { fromRoot } from "./lib/paths.mjs";
import { Problem, asProgram, explain, say, since } from "./lib/report.mjs";
import { budgets } from "./lib/suites/budgets.mjs";
import { consumer, kernels } from "./lib/suites/kernels.mjs";
import { rules } from "./lib/suites/rules.mjs";
import { format, lint, tidy, types } from "./lib/suites/sources.mjs";
import { vitest } from "./lib/suites/web.mjs";
import { Tally } from "./lib/tally.mjs";
import { setup } from "./setup.mjs";

/** What can be built for suites, in the order in which one builds on another. */
const products = {
  wasm: () => buildWasm({ tests: true }),
  package: bundlePackage,
  widgets: bundleWidgets,
  site: buildSite,
};

/** @typedef {keyof typeof products} Product */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {Product | undefined} after The last product that it needs; those before it come along.
 * @property {(tally: Tally) => Promise<void>} run
 */

/** @type {Suite[]} */
const suites = [
  { name: "rules", after: undefined, run: rules },
  { name: "format", after: undefined, run: format },
  { name: "tools", after: undefined, run: vitest("tools") },
  { name: "kernels-native", after: undefined, run: kernels("native") },
  { name: "kernels-consumer", after: undefined, run: consumer },
  { name: "kernels-wasm-simd", after: "wasm", run: kernels("wasm-simd") },
  { name: "kernels-wasm-relaxed", after: "wasm", run: kernels("wasm-relaxed") },
  { name: "tidy", after: "wasm", run: tidy },
  { name: "lint", after: "widgets", run: lint },
  { name: "types", after: "widgets", run: types },
  { name: "package", after: "package", run: vitest("package") },
  { name: "widgets", after: "widgets", run: vitest("widgets") },
  { name: "budgets", after: "widgets", run: budgets },
  { name: "pack", after: "widgets", run: vitest("pack") },
  { name: "site", after: "site", run: vitest("site") },
  { name: "browser", after: "site", run: vitest("browser") },
];

/**
 * @param {string[]} names Whole names, or first parts: "kernels" means all that begin with "kernels-".
 * @returns {Suite[]}
 */
function choose(names) {
  const matches = (/** @type {string} */ name) => suites.filter((suite) => `${suite.name}-`.startsWith(`${name}-`));
  for (const name of names.filter((candidate) => matches(candidate).length === 0)) {
    throw new Problem(`There is no suite ${name}.`, `The suites are: ${suites.map((suite) => suite.name).join(", ")}`);
  }
  return names.length === 0 ? suites : suites.filter((suite) => names.some((name) => matches(name).includes(suite)));
}

/**
 * Builds what a suite needs; what failed once is not tried again.
 * @param {Product | undefined} last
 * @param {Map<Product, boolean>} built
 * @returns {Promise<boolean>}
 */
async function provide(last, built) {
  const order = /** @type {Product[]} */ (Object.keys(products));
  for (const product of last === undefined ? [] : order.slice(0, order.indexOf(last) + 1)) {
    if (!built.has(product)) {
      try {
        await products[product]();
        built.set(product, true);
      } catch (error) {
        explain(error);
        built.set(product, false);
      }
    }
    if (built.get(product) === false) return false;
  }
  return true;
}

/**
 * Runs one suite; whatever it throws is a failure of it.
 * @param {Suite} suite
 * @param {Map<Product, boolean>} built
 * @returns {Promise<Tally>}
 */
async function runSuite({ name, after, run }, built) {
  const tally = new Tally(emptyLog(fromRoot("build", "test-logs", `${name}.log`)));
  const ready = await provide(after, built);
  const start = performance.now();
  try {
    if (ready) await run(tally);
    else tally.check("what the suite needs was built", false);
    tally.close();
  } catch (error) {
    tally.check(`the suite runs: ${error instanceof Error ? error.message : String(error)}`, false);
    if (error instanceof Problem) tally.note(error.remedy);
  }
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
  say(`${name.padEnd(22)} ${tally.passed} passed, ${tally.failed} failed${skipped} (${since(start)})`);
  if (tally.failed > 0) say(tally.tail().replace(/^/gm, "    "));
  return tally;
}

await asProgram(import.meta.url, async (args) => {
  const chosen = choose(args);
  try {
    await setup("test");
  } catch (error) {
    explain(error);
    say("0 passed, 1 failed");
    return 1;
  }
  /** @type {Map<Product, boolean>} */
  const built = new Map();
  let passed = 0;
  let failed = 0;
  for (const suite of chosen) {
    const tally = await runSuite(suite, built);
    passed += tally.passed;
    failed += tally.failed;
  }
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
