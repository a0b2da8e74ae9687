import { describe, expect, it } from "vitest";
import { csv, shortest } from "./csv.js";

describe("csv", () => {
  it("quotes what would break a cell", () => {
    expect(
      csv([
        ["a", 1.5],
        [',"', "x\ny"],
      ]),
    ).toBe('a,1.5\r\n",""","x\ny"\r\n');
  });
});

describe("shortest", () => {
  it("brings the same float32 back", () => {
    const values = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * 12.9898) * 10 ** ((i % 21) - 10));
    for (const value of values) expect(Math.fround(Number(shortest(value)))).toBe(value);
  });

  it.each([
    [0, "0"],
    [0.5, "0.5"],
    [Math.fround(0.1), "0.1"],
    [-3, "-3"],
    [Number.NaN, "NaN"],
  ])("writes %s as %s", (value, text) => {
    expect(shortest(value)).toBe(text);
  });
});
