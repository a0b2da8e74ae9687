// For the tests of programs that a reader copies from a widget; no part of any widget.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";

/** Runs copied programs in Node. */
export interface CopiedPrograms {
  /** Where they run, for files that they read. */
  folder: string;
  /** What a program prints, line by line. */
  lines: (code: string) => Promise<string[]>;
  /** The same, word by word. */
  words: (code: string) => Promise<string[][]>;
}

/**
 * Programs of one file of tests. Their folder is no other file's, since files run beside one another, and below that
 * of a package, by default the project, so that `attnlab` is found by its own name, as it is where a reader installed it.
 */
export function copiedPrograms(
  below = fileURLToPath(new URL("../../../../build/copied-code", import.meta.url)),
): CopiedPrograms {
  mkdirSync(below, { recursive: true });
  const folder = `${mkdtempSync(`${below}/copied-`)}/`;
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  let count = 0;
  const lines = async (code: string): Promise<string[]> => {
    const file = `${folder}program${++count}.mjs`;
    writeFileSync(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    return stdout.trimEnd().split("\n");
  };
  return { folder, lines, words: async (code) => (await lines(code)).map((line) => line.split(" ")) };
}
