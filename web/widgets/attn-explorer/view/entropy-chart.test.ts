import { expect, it } from "vitest";
import { groupMeans } from "./entropy-chart.js";

it("averages groups and leaves out what is not a number", () => {
  const values = Float64Array.of(1, 3, Number.NaN, 5, Number.NaN, Number.NaN, 7);
  expect([...groupMeans(values, 2)]).toEqual([2, 5, Number.NaN, 7]);
  expect(groupMeans(values, 1)).toBe(values);
});
