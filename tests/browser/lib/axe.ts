/**
 * The accessibility check. axe-core's source is evaluated through the debugger, which no policy forbids.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What is asked for is told in the page: axe's whole report lists every element that is in order, which is megabytes on
 * their way through the debugger and takes longer than the check.
 */
const check = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any, all, none }) => {
      const reasons = [...any, ...all, ...none].map(({ message }) => message);
      return id + " at " + target.join(" ") + ": " + reasons.join("; ");
    })))`;

/** One line per violated rule and element, ready to be compared with []. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(`{ ${source} }`);
  return page.evaluate<string[]>(check);
}
