/** Steps of the build are skipped exactly when nothing that they read or wrote has changed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { filesBelow } from "../../tools/lib/files.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { bringUpToDate } from "../../tools/lib/stamps.mjs";

const name = `test-${process.pid}`;
let folder = "";
let runs = 0;

const at = (file: string) => join(folder, file);

/** A step that copies a file. */
const copy = (also = "") => ({
  name,
  also,
  inputs: () => filesBelow(at("input")),
  outputs: [at("output")],
  run: () => {
    runs += 1;
    writeFileSync(at("output"), readFileSync(at("input")));
    return Promise.resolve();
  },
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "attnlab-stamps-"));
  writeFileSync(at("input"), "one");
  runs = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(fromRoot("build", "stamps", `${name}.json`), { force: true });
});

test("a second time there is nothing to do", async () => {
  expect(await bringUpToDate(copy())).toBe(true);
  expect(await bringUpToDate(copy())).toBe(false);
  expect(runs).toBe(1);
});

test("a changed input, a changed or a lost output, and another tool are seen", async () => {
  await bringUpToDate(copy());
  writeFileSync(at("input"), "two");
  expect(await bringUpToDate(copy())).toBe(true);
  writeFileSync(at("output"), "something else");
  expect(await bringUpToDate(copy())).toBe(true);
  rmSync(at("output"));
  expect(await bringUpToDate(copy())).toBe(true);
  expect(await bringUpToDate(copy("a newer compiler"))).toBe(true);
  expect(readFileSync(at("output"), "utf8")).toBe("two");
});

test("a step that fails runs again", async () => {
  await bringUpToDate(copy());
  writeFileSync(at("input"), "two");
  const broken = { ...copy(), run: () => Promise.reject(new Error("broken")) };
  await expect(bringUpToDate(broken)).rejects.toThrow("broken");
  writeFileSync(at("input"), "one");
  expect(await bringUpToDate(copy())).toBe(true);
});

test("an input that is edited while the step runs counts as changed", async () => {
  const step = copy();
  await bringUpToDate({
    ...step,
    run: async () => {
      await step.run();
      writeFileSync(at("input"), "edited meanwhile");
    },
  });
  expect(await bringUpToDate(copy())).toBe(true);
});

test("of two that start together, one does the work", async () => {
  const slow = { ...copy(), run: () => pause(300).then(copy().run) };
  expect(await Promise.all([bringUpToDate(slow), bringUpToDate(slow)])).toEqual([true, false]);
  expect(runs).toBe(1);
});
