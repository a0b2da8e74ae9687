import { describe, expect, it } from "vitest";
import { randomNumbers } from "../random.js";
import { attentionErrors, relativeError, times } from "./errors.js";
import { nearestOfRank, singularValues } from "./singular-values.js";
import { matrixOf, softmaxAttention, uniformAttention, type Matrix } from "./softmax.js";

const random = (rows: number, columns: number, seed: number): Matrix => {
  const { normal } = randomNumbers(seed);
  return matrixOf(
    Array.from({ length: rows * columns }, () => normal()),
    rows,
    columns,
  );
};
const squares = (values: Iterable<number>): number => Array.from(values).reduce((sum, x) => sum + x * x, 0);

describe("softmax attention in double", () => {
  it("weighs by e to the product, and rows sum to 1", () => {
    const { values } = softmaxAttention([1, 0, 0, 1], [1, 0, 0, 2, 800, 800], 2, 0.5);
    expect(values[0] ?? 0).toBeCloseTo(0, 12);
    expect((values[2] ?? 0) + (values[1] ?? 0) + (values[0] ?? 0)).toBeCloseTo(1, 14);
    const [a = 0, b = 0] = softmaxAttention([1, 0], [1, 0, 0, 2], 2, 0.5).values;
    expect(a / b).toBeCloseTo(Math.exp(0.5), 12);
  });
});

describe("singular values", () => {
  it.each([
    [1, 1],
    [7, 5],
    [5, 7],
    [17, 17],
  ])("put a %i × %i matrix together again", (rows, columns) => {
    const matrix = random(rows, columns, 3);
    const found = singularValues(matrix);
    expect(relativeError(matrix.values, nearestOfRank(found, 99).values)).toBeLessThan(1e-13);
    expect(squares(found.values)).toBeCloseTo(squares(matrix.values), 9);
    expect([...found.values].sort((a, b) => b - a)).toEqual([...found.values]);
  });

  it("are those of a matrix that is known", () => {
    const { values } = singularValues(matrixOf([3, 0, 4, 5], 2, 2));
    expect(values[0]).toBeCloseTo(Math.sqrt(45), 12);
    expect(values[1]).toBeCloseTo(Math.sqrt(5), 12);
  });

  it("find the rank, and the nearest matrix of a lower one to be off by the tail", () => {
    const [a, b] = [random(12, 3, 1), random(3, 9, 2)];
    const product = matrixOf(times(a, b.values, 9), 12, 9);
    const found = singularValues(product);
    expect(found.values[2] ?? 0).toBeGreaterThan(0.1);
    expect(found.values[3] ?? 1).toBeLessThan(1e-13);
    const off = nearestOfRank(found, 2).values.map((value, i) => value - (product.values[i] ?? 0));
    expect(Math.sqrt(squares(off))).toBeCloseTo(found.values[2] ?? NaN, 10);
  });
});

describe("the ruler", () => {
  const exact = matrixOf([0.5, 0.5, 0.25, 0.75], 2, 2);

  it("finds nothing where there is nothing", () => {
    const errors = attentionErrors(exact, exact, [1, 2], 1);
    expect(errors).toEqual({ frobenius: 0, largest: 0, divergence: 0, rowSums: 0, least: 0.25, output: 0 });
  });

  it("measures averaging", () => {
    const errors = attentionErrors(exact, uniformAttention(2, 2), [0, 1], 1);
    expect(errors.largest).toBe(0.25);
    expect(errors.frobenius).toBeCloseTo(Math.sqrt(0.125 / 1.125), 12);
    expect(errors.divergence).toBeCloseTo((0.25 * Math.log(0.5) + 0.75 * Math.log(1.5)) / 2, 12);
    expect(errors.output).toBeCloseTo(0.25 / Math.hypot(0.5, 0.75), 12);
  });

  it("has no divergence where an entry is negative", () => {
    const errors = attentionErrors(exact, matrixOf([1.5, -0.5, 0.25, 0.75], 2, 2), [0, 1], 1);
    expect(errors.divergence).toBeNaN();
    expect(errors.least).toBe(-0.5);
    expect(errors.rowSums).toBe(0);
  });
});
