// Formats the sources, or with no option only tells what is not formatted.
//
//   npm run format               rewrites
//   node tools/format.mjs        checks

import { spawnSync } from "node:child_process";
import { formatters } from "./lib/formatting.mjs";
import { root } from "./lib/paths.mjs";
import { asProgram } from "./lib/report.mjs";
import { setup } from "./setup.mjs";

await asProgram(import.meta.url, async (args) => {
  await setup("test");
  const write = args.includes("--write");
  const results = formatters().map(({ command, ...lines }) =>
    spawnSync(command, write ? lines.write : lines.check, { cwd: root, stdio: "inherit" }),
  );
  return results.every(({ status }) => status === 0) ? 0 : 1;
});
