/** Programs that the tests start. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The repository's root. */
export const ROOT = join(import.meta.dirname, "..", "..", "..");

/**
 * Runs a script with this Node.
 *
 * @param args  the script and its arguments
 * @param cwd  working folder
 * @returns what it printed
 * @throws when it fails; the message holds what it wrote on standard error
 */
export async function node(args: string[], cwd: string): Promise<string> {
  const { stdout } = await execute(process.execPath, args, { cwd, maxBuffer: 1 << 26 });
  return stdout;
}

/** The script of a program that an npm package of ours brings. */
export function script(...path: string[]): string {
  return join(ROOT, "node_modules", ...path);
}
