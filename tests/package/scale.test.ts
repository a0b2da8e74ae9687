import type { AttentionScaleOptions, Lab } from "attnlab";
import { expect, test } from "vitest";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";

describeBoth("attentionScale", (lab: Lab) => {
  const formulas: [options: AttentionScaleOptions, expected: number][] = [
    [{ d: 64 }, 0.125],
    [{ d: 64, kind: "sqrt", n: 7 }, 0.125],
    [{ d: 2.5 }, 1 / Math.sqrt(2.5)],
    [{ d: 0.25, kind: "sqrt" }, 2],
    [{ d: 64, n: 512, kind: "entropy" }, 0.125],
    [{ d: 64, n: 1024, kind: "entropy" }, Math.log(1024) / Math.log(512) / 8],
    [{ d: 64, n: 1.5, kind: "entropy" }, Math.log(1.5) / Math.log(512) / 8],
    [{ d: 32, n: 100, kind: "entropy", base: 10 }, 2 / Math.sqrt(32)],
    [{ d: 32, n: 100, kind: "entropy", kappa: 3 }, (3 * Math.log(100)) / 32],
    [{ d: 32, n: 100, kind: "entropy", kappa: -1 }, -Math.log(100) / 32],
    [{ d: 16, n: 100, kind: "log" }, Math.log(100) / 4],
    [{ d: 16, n: 1, kind: "log" }, 0],
    [{ d: 16, n: 1, kind: "entropy" }, 0],
    [{ d: 16, n: 1, kind: "entropy", kappa: 5 }, 0],
    [{ d: 16, n: 1, kind: "sqrt" }, 0.25],
    [{ d: 16, n: undefined, kind: undefined, base: undefined, kappa: undefined }, 0.25],
  ];
  test.each(formulas)("%j", (options, expected) => {
    expect(Math.abs(lab.attentionScale(options) - expected)).toBeLessThanOrEqual(1e-15 * Math.abs(expected));
  });

  const refused: [options: unknown, code: Expected["code"], argument: string][] = [
    [null, "TYPE", "options"],
    [64, "TYPE", "options"],
    [undefined, "TYPE", "d"],
    [{}, "TYPE", "d"],
    [{ d: "64" }, "TYPE", "d"],
    [{ d: null }, "TYPE", "d"],
    [{ d: 0 }, "RANGE", "d"],
    [{ d: -1 }, "RANGE", "d"],
    [{ d: NaN }, "RANGE", "d"],
    [{ d: Infinity }, "RANGE", "d"],
    [{ d: 64, n: 0 }, "RANGE", "n"],
    [{ d: 64, n: 0.5, kind: "log" }, "RANGE", "n"],
    [{ d: 64, n: Infinity, kind: "log" }, "RANGE", "n"],
    [{ d: 64, n: "4", kind: "log" }, "TYPE", "n"],
    [{ d: 64, kind: "log" }, "TYPE", "n"],
    [{ d: 64, kind: "entropy" }, "TYPE", "n"],
    [{ d: 64, kind: "square" }, "VALUE", "kind"],
    [{ d: 64, kind: 1 }, "TYPE", "kind"],
    [{ d: 64, n: 2, kind: "entropy", base: 1 }, "RANGE", "base"],
    [{ d: 64, n: 2, kind: "entropy", base: 0.5 }, "RANGE", "base"],
    [{ d: 64, n: 2, kind: "entropy", base: Infinity }, "RANGE", "base"],
    [{ d: 64, n: 2, kind: "entropy", base: null }, "TYPE", "base"],
    [{ d: 64, n: 2, kind: "entropy", kappa: Infinity }, "RANGE", "kappa"],
    [{ d: 64, n: 2, kind: "entropy", kappa: "1" }, "TYPE", "kappa"],
    [{ d: 64, n: 2, kind: "entropy", base: 2, kappa: 1 }, "VALUE", "kappa"],
    [{ d: 64, n: 2, kind: "log", base: 2 }, "VALUE", "base"],
    [{ d: 64, base: 2 }, "VALUE", "base"],
    [{ d: 64, n: 2, kind: "log", kappa: 2 }, "VALUE", "kappa"],
    [{ d: 64, scale: 2 }, "VALUE", "scale"],
    [{ d: -1, scale: 2 }, "VALUE", "scale"],
    [{ d: -1, n: -1 }, "RANGE", "d"],
    [{ d: 1, n: -1, kind: "x" }, "RANGE", "n"],
  ];
  test.each(refused)("refuses %j", (options, code, argument) => {
    const attentionScale = lab.attentionScale as (options: unknown) => number;
    expectRefusal(() => attentionScale(options), { code, operation: "attentionScale", argument });
  });
});
