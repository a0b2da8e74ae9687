import { expect, it } from "vitest";
import { timed } from "./timing.js";

it("takes the median of odd and even counts", () => {
  expect(timed([3, 1, 2])).toMatchObject({ milliseconds: 2, samples: 3 });
  expect(timed([4, 1, 2, 3]).milliseconds).toBe(2.5);
});

it("keeps the shortest", () => {
  expect(timed([3, 1, 2]).fastest).toBe(1);
});

it("measures the spread by the middle half, so that one outlier does not count", () => {
  expect(timed([1, 1, 1, 1, 90]).spread).toBe(0);
  expect(timed([1, 1, 2, 2, 2]).spread).toBe(1);
});
