import { describe, expect, it } from "vitest";
import { GridBuilder, gridOf, largest } from "./grid.js";

const ramp = (rows: number, columns: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, index) => index);

describe("gridOf", () => {
  it("keeps a small matrix as it is", () => {
    const grid = gridOf(ramp(2, 3), 2, 3, 10);
    expect(grid).toMatchObject({ rows: 2, columns: 3, blockRows: 1, blockColumns: 1 });
    expect([...grid.values]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(largest(grid)).toBe(5);
  });

  it("averages blocks, the short ones at the end over what they have", () => {
    const grid = gridOf(ramp(3, 5), 3, 5, 2);
    expect(grid).toMatchObject({ rows: 2, columns: 2, blockRows: 2, blockColumns: 3 });
    // rows 0-1: columns 0-2 are 0,1,2,5,6,7; columns 3-4 are 3,4,8,9. row 2: 10,11,12 and 13,14.
    expect([...grid.values]).toEqual([3.5, 6, 11, 13.5]);
  });

  it("keeps the mean of the whole when blocks are even", () => {
    const grid = gridOf(ramp(8, 8), 8, 8, 4);
    expect(grid.values.reduce((a, b) => a + b) / 16).toBeCloseTo(31.5, 6);
  });

  it("takes empty matrices", () => {
    expect(gridOf(new Float32Array(0), 0, 4, 8)).toMatchObject({ rows: 0, columns: 4 });
    expect(largest(gridOf(new Float32Array(0), 0, 0, 8))).toBe(0);
  });
});

describe("GridBuilder", () => {
  it("counts what a short row lacks as zero", () => {
    const builder = new GridBuilder(2, 4, 8);
    builder.add(0, [1]);
    builder.add(1, [1, 2]);
    expect([...builder.finish().values]).toEqual([1, 0, 0, 0, 1, 2, 0, 0]);
  });
});
