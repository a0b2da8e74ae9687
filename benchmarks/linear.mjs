/**
 * What attention of linear cost costs, as a section of the results: opens page/linear/main.js and measures its parts.
 * `npm run bench -- --linear` measures nothing else.
 */
import { say } from "../tools/lib/report.mjs";
import { linearSection } from "./lib/linear_section.mjs";
import { inOnePage } from "./lib/one_page.mjs";

const PARTS = {
  long: "attention of linear cost, from 4,096 tokens on",
  beside: "attention of linear cost beside exact attention",
  memory: "attention of linear cost, memory of 65,536 tokens",
  endurance: "attention of linear cost, large vectors and a million tokens",
};

/**
 * Measures the built package.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {{ rounds: number, warmMilliseconds: number, sampleMilliseconds: number }} timing
 * @returns {Promise<import("./lib/types.js").LinearSection>}
 */
export const measureLinear = (browser, timing) =>
  inOnePage(browser, "linear/main.js", "measureLinear", async (call) => {
    /** @type {any} */
    const parts = { settings: await call("linearSettings") };
    for (const [part, what] of Object.entries(PARTS)) {
      say(`measuring: ${what}`);
      parts[part] = await call(`measureLinear("${part}", ${JSON.stringify(timing)})`);
    }
    return linearSection(parts);
  });
