/** What the tools read out of other programs' words and of modules. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { atLeast, parseVersion } from "../../tools/lib/command.mjs";
import { reachableFrom } from "../../tools/lib/modules.mjs";
import { countTestCases } from "../../tools/lib/suites/kernels.mjs";

describe("versions", () => {
  test.each([
    ["emcc (Emscripten gcc/clang-like replacement + linker emulating GNU ld) 3.1.69 ()", [3, 1, 69]],
    ["cmake version 3.25.1\n\nCMake suite maintained by …", [3, 25, 1]],
    ["4.0.10-git", [4, 0, 10]],
    ["no number", []],
  ])("%j", (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  test.each([
    [[3, 1, 60], true],
    [[3, 1, 59], false],
    [[3, 1], false],
    [[4], true],
    [[], false],
  ])("%j is at least 3.1.60: %j", (version, expected) => {
    expect(atLeast(version, [3, 1, 60])).toBe(expected);
  });
});

test.each([
  ["1: All tests passed (204 assertions in 1 test case)", { passed: 1, failed: 0 }],
  ["All tests passed (20400 assertions in 45 test cases)", { passed: 45, failed: 0 }],
  ["1: \u001b[1;32mAll tests passed\u001b[0m (46362 assertions in 62 test cases)", { passed: 62, failed: 0 }],
  ["test cases: 45 | 44 passed | 1 failed\nassertions: 9 | 8 passed | 1 failed", { passed: 44, failed: 1 }],
  ["test cases: 2 | 2 failed", { passed: 0, failed: 2 }],
  ["No tests ran", { passed: 0, failed: 0 }],
])("Catch2's last words %j", (log, counts) => {
  expect(countTestCases(log)).toEqual(counts);
});

test("a module brings along what it imports, statically, lazily and by address", () => {
  const folder = mkdtempSync(join(tmpdir(), "attnlab-modules-"));
  mkdirSync(join(folder, "chunks"));
  const files = {
    "entry.js": 'import{a}from"./chunks/a.js";const b=()=>import("./chunks/b.js");new URL("data.bin",import.meta.url);',
    "chunks/a.js": 'export*from"./c.js";import"./../side.js";',
    "chunks/b.js": "export default 1;",
    "chunks/c.js": 'import { readFile } from "node:fs";',
    "chunks/unused.js": "",
    "side.js": "",
    "data.bin": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const found = reachableFrom(join(folder, "entry.js")).map((file) => file.slice(folder.length + 1));
  expect(found.sort()).toEqual(
    Object.keys(files)
      .filter((name) => name !== "chunks/unused.js")
      .sort(),
  );
  rmSync(folder, { recursive: true });
});
