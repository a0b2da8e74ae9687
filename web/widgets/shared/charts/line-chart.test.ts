import { expect, it } from "vitest";
import { linePath } from "./line-chart.js";

it("joins points and breaks where a value is missing", () => {
  const points = [
    [0, 1],
    [1, 2],
    [2, Number.NaN],
    [3, 4],
    [4, 5],
  ] as const;
  expect(linePath(points)).toBe("M0.0 1.0L1.0 2.0M3.0 4.0L4.0 5.0");
  expect(linePath([])).toBe("");
});
