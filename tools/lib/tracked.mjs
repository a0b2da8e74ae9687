// The files that belong to the repository, as opposed to what was built or installed in it.

import { existsSync } from "node:fs";
import { ask } from "./command.mjs";
import { fromRoot, root } from "./paths.mjs";
import { Problem } from "./report.mjs";

/**
 * All files that are committed or would be, as paths relative to the root.
 * @param {RegExp} [pattern] Only those whose path matches.
 * @returns {string[]}
 */
export function trackedFiles(pattern = /./) {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  // The checkout may belong to another user than the one who tests it, which Git would refuse without being told.
  const { ok, stdout, stderr } = ask("git", ["-c", `safe.directory=${root}`, ...list]);
  if (!ok) throw new Problem("Git cannot list the project's files.", `Run this in a Git checkout.\n${stderr}`);
  return stdout.split("\0").filter((path) => pattern.test(path) && path !== "" && existsSync(fromRoot(path)));
}
