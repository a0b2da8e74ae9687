/**
 * The load budget: from import() in a new page with a warm HTTP cache to the first result, median of 9 new pages.
 *
 * Other work on the machine only ever makes it longer. So a round over the budget is repeated; and where no round stays
 * within it, the fastest page of all has to, or the package itself is too slow. The figure belongs to the benchmark.
 */
import { expect, test } from "vitest";
import { measureFirstResult } from "../../benchmarks/lib/new_pages.mjs";
import { distFolder } from "../../tools/lib/paths.mjs";
import { browserOfFile } from "./lib/visit.js";

const BUDGET_MILLISECONDS = 60;
const ROUNDS = 3;

test("a new page has its first result within the budget", async () => {
  const browser = await browserOfFile();
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; ++round) {
    const { median, samples, variant } = await measureFirstResult(browser, distFolder);
    expect(variant).toBe("relaxed");
    if (median <= BUDGET_MILLISECONDS) return;
    all.push(...samples);
  }
  expect(Math.min(...all)).toBeLessThanOrEqual(BUDGET_MILLISECONDS);
});
