import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { timingCode } from "./copy-as-javascript.js";

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
