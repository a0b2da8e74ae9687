import { load } from "attnlab";
import { beforeAll, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { normsCode, precisionCode } from "./copy-as-javascript.js";
import { entriesCsv, precisionCsv } from "./exports.js";
import { run } from "./norms.js";
import { normNames, programNames, schema, type NormsState } from "./schema.js";
import { textbook } from "./textbook.js";

const programs = copiedPrograms();
const initial = Object.fromEntries(Object.entries(schema).map(([key, field]) => [key, field.initial])) as NormsState;
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

it.each([
  ["all six", {}],
  ["stored statistics and other extents", { inference: true, samples: 3, tokens: 2, groups: 3, size: -3, eps: -8 }],
])("prints what is shown, with %s", async (_, change: Partial<NormsState>) => {
  const state: NormsState = { ...initial, gradient: "random", axes: "sample", edits: "5_-2.5", ...change };
  const runs = normNames.map((norm) => run(lab, state, norm));
  const lines = await programs.words(normsCode("Two lines\nbecome one", runs));
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
    const lines = (await programs.words(precisionCode("One line", own, state))).map((words) => words.map(Number));
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
