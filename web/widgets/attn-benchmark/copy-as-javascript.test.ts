import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { crossoverCode, timingCode } from "./copy-as-javascript.js";

// Below the project's root, so that `attnlab` is found by its own name.
const folder = fileURLToPath(new URL("../../../build/copied-timing/", import.meta.url));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(["256", "1024-causal"] as const)("gives a program that times size %s in Node", async (size) => {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}${size}.mjs`;
  writeFileSync(file, timingCode(size, 3));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
  expect(stdout).toMatch(/^[\d.]+ ms, [\d.]+ GFLOP\/s \((relaxed|simd)\)\n$/);
});

it("gives a program that prints the ratios of every method in Node", async () => {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}crossover.mjs`;
  writeFileSync(file, crossoverCode([64, 128], 3));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(2 * 7);
  expect(lines[0]).toBe("n = 64, exact: 1.00");
  for (const line of lines) expect(line).toMatch(/^n = (64|128), [\w ,]+: \d+\.\d\d$/);
});
