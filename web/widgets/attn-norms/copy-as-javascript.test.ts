import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { load } from "attnlab";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { normsCode, precisionCode } from "./copy-as-javascript.js";
import { entriesCsv, precisionCsv } from "./exports.js";
import { run } from "./norms.js";
import { normNames, programNames, schema, type NormsState } from "./schema.js";
import { textbook } from "./textbook.js";

// Below the project's root, so that `attnlab` is found by its own name, as it is in the folder of a reader who installed it.
const folder = fileURLToPath(new URL("../../../build/copied-code/norms/", import.meta.url));
const initial = Object.fromEntries(Object.entries(schema).map(([key, field]) => [key, field.initial])) as NormsState;
let lab: Lab;
beforeAll(async () => {
  lab = await load();
  mkdirSync(folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ["all six", {}],
  ["stored statistics and other extents", { inference: true, samples: 3, tokens: 2, groups: 3, size: -3, eps: -8 }],
])("prints what is shown, with %s", async (name, change: Partial<NormsState>) => {
  const state: NormsState = { ...initial, gradient: "random", axes: "sample", edits: "5_-2.5", ...change };
  const runs = normNames.map((norm) => run(lab, state, norm));
  const file = `${folder}${name.length}.mjs`;
  writeFileSync(file, normsCode("Two lines\nbecome one", runs));
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" "));
  expect(lines).toHaveLength(6 * (runs[0]?.x.length ?? 0));
  runs.forEach(({ norm, x, y, dx }) => {
    const most = Math.max(...dx.map(Math.abs));
    const printed = lines.filter(([which]) => which === norm);
    // Another build of the kernels rounds another way.
    printed.forEach(([, , , , ...values], i) => {
      const [before, after, gradient] = values.map(Number) as [number, number, number];
      expect(before).toBe(x[i]);
      expect(after).toBeCloseTo(y[i] ?? NaN, 4);
      expect(gradient / most).toBeCloseTo((dx[i] ?? NaN) / most, 4);
    });
  });
});

it.each(programNames)("prints the textbook's %s beside the kernel", async (program) => {
  for (const [norm, size, offset] of [
    ["layer", 2, 8],
    ["group", 30, 0],
    ["l2", -30, 0],
  ] as const) {
    const state: NormsState = { ...initial, view: "precision", norm, size, offset, program };
    const own = run(lab, state);
    const by = textbook(own, state);
    const file = `${folder}${program}-${norm}.mjs`;
    writeFileSync(file, precisionCode("One line", own, state));
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ").map(Number));
    expect(lines).toHaveLength(own.x.length);
    lines.forEach(([, x, naive, y], i) => {
      expect(x).toBe(own.x[i]);
      expect(naive).toBe(Number(by.y[i]?.toPrecision(6)));
      expect(y).toBeCloseTo(own.y[i] ?? NaN, 4);
    });
    expect(precisionCsv(own, by).trimEnd().split("\r\n")).toHaveLength(1 + own.x.length);
  }
});

it("has every entry in the CSV", () => {
  const runs = [run(lab, initial)];
  const lines = entriesCsv(runs).trimEnd().split("\r\n");
  expect(lines[0]).toBe("norm,sample,token,channel,slice,x,y,dy,dx");
  expect(lines).toHaveLength(73);
  expect(lines[1]).toMatch(/^layer,1,1,1,1,1\.4,/);
});
