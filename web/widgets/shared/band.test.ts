import { expect, it } from "vitest";
import { bandOf } from "./band.js";

it("holds the middle and four fifths of the draws, in whatever order they came", () => {
  expect(bandOf([9, 1, 5, 3, 7, 11, 2, 8, 4, 6, 10])).toEqual({ low: 2, middle: 6, high: 10 });
  expect(bandOf([3])).toEqual({ low: 3, middle: 3, high: 3 });
  expect(bandOf([]).middle).toBeNaN();
});
