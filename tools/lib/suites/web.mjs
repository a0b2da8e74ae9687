// The projects of vitest: the package, the widgets, the packed tarball, the browser.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { run } from "../command.mjs";
import { fromRoot } from "../paths.mjs";
import { buildEnvironment } from "../toolchain.mjs";

/**
 * Runs one project of vitest.config.ts, and those named after it: "browser" takes "browser-alone" along.
 * @param {string} project
 * @returns {(tally: import("../tally.mjs").Tally) => Promise<void>}
 */
export const vitest = (project) => async (tally) => {
  const report = tally.log.replace(/\.log$/, ".json");
  rmSync(report, { force: true });
  const args = [
    fromRoot("node_modules", "vitest", "vitest.mjs"),
    "run",
    `--project=${project}`,
    `--project=${project}-*`,
  ];
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${report}`];
  const env = { ...buildEnvironment(), NO_COLOR: "1" };
  const ok = await run(process.execPath, [...args, ...reporters], { log: tally.log, env, limitSeconds: 1800 });

  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    tally.passed += numPassedTests;
    tally.failed += numFailedTests;
    tally.skipped += numPendingTests + numTodoTests;
    // A file that fails before its first test appears in no other count.
    for (const { name, status, assertionResults } of testResults) {
      if (status === "failed" && assertionResults.length === 0) tally.check(`${name} can be run`, false);
    }
  }
  tally.close(ok);
};
