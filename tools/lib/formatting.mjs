// clang-format for C++, prettier for the rest: one list of files for `npm run format` and for the test that checks it.

import { fromRoot } from "./paths.mjs";
import { trackedFiles } from "./tracked.mjs";

/**
 * The formatters, each as a command line that checks and one that rewrites.
 * @returns {{ name: string, command: string, check: string[], write: string[] }[]}
 */
export function formatters() {
  const cpp = trackedFiles(/\.(cpp|h)$/);
  const prettier = fromRoot("node_modules", "prettier", "bin", "prettier.cjs");
  return [
    {
      name: "clang-format",
      command: "clang-format-19",
      check: ["--dry-run", "--Werror", ...cpp],
      write: ["-i", ...cpp],
    },
    {
      name: "prettier",
      command: process.execPath,
      check: [prettier, "--check", "."],
      write: [prettier, "--write", "--log-level=warn", "."],
    },
  ];
}
