import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab, Tensor } from "../../package/index.js";
import { relativeError, times } from "../shared/matrices/errors.js";
import { singularValues } from "../shared/matrices/singular-values.js";
import { matrixOf, type Matrix } from "../shared/matrices/softmax.js";
import { runNow } from "../shared/tasks/task.js";
import { clustersOf } from "./clusters.js";
import { arranged, impliedMatrix } from "./landmarks.js";
import { matricesOf } from "./matrices.js";
import { allRows, problemOf, scale, tokenCount, width, type Tokens } from "./problem.js";
import { landmarkCounts, sweepLandmarks } from "./sweep.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const tokens: Tokens = { drift: 0.9, sigma: 1.5, order: "sequence", seed: 1 };
const shuffled: Tokens = { ...tokens, order: "shuffled" };

describe("k-means", () => {
  const squares = ({ data }: Tensor, of: readonly number[], centers: readonly (readonly number[])[]): number =>
    data.reduce((sum, x, at) => sum + (x - (centers[of[Math.floor(at / width)] ?? 0]?.[at % width] ?? 0)) ** 2, 0);

  it.each([1, 5, 16, 63, 64])("ends where every token is in the cluster of its nearest center, %i of them", (count) => {
    const { q } = problemOf(shuffled);
    const { of, centers, rounds } = clustersOf(lab, q, count, 3);
    expect(new Set(of).size).toBe(count);
    expect(rounds).toBeGreaterThan(0);
    centers.forEach((center, cluster) => {
      const own = allRows.filter((i) => of[i] === cluster);
      center.forEach((x, c) => {
        expect(own.reduce((sum, i) => sum + (q.data[i * width + c] ?? 0), 0) / own.length).toBeCloseTo(x, 9);
      });
    });
    const total = squares(q, of, centers);
    for (const i of allRows) {
      for (let other = 0; other < count; other++) {
        const moved = of.map((cluster, j) => (i === j ? other : cluster));
        expect(squares(q, moved, centers)).toBeGreaterThanOrEqual(total - 1e-9);
      }
    }
  });

  it("finds clusters that are there, numbers them in their order, and is the same for a seed", () => {
    const places = [9, 9, 0, 0, 0, 5, 9, 5];
    const data = Float32Array.from(places.flatMap((place, i) => [place, 0.01 * i]));
    const found = clustersOf(lab, { data, shape: [8, 2] }, 3, 1);
    expect(found.of).toEqual([0, 0, 1, 1, 1, 2, 0, 2]);
    expect(clustersOf(lab, { data, shape: [8, 2] }, 3, 1)).toEqual(found);
  });

  it("leaves no cluster empty where tokens are the same", () => {
    const { of } = clustersOf(lab, { data: new Float32Array(12).fill(1), shape: [6, 2] }, 4, 1);
    expect([...new Set(of)].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe("landmarks from clusters", () => {
  /** softmax(x yᵀ / √d + bias). */
  const softmax = (x: Matrix, y: Matrix, bias: readonly number[]): Matrix => {
    const logits = times(x, transposed(y), y.rows).map((logit, at) => scale * logit + (bias[at % y.rows] ?? 0));
    const values = logits.map((logit) => Math.exp(logit));
    return matrixOf(
      values.map((value, at) => {
        const from = at - (at % y.rows);
        return value / values.subarray(from, from + y.rows).reduce((sum, other) => sum + other, 0);
      }),
      x.rows,
      y.rows,
    );
  };
  const transposed = ({ rows, columns, values }: Matrix): number[] =>
    Array.from({ length: values.length }, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
  const product = (a: Matrix, b: Matrix): Matrix => matrixOf(times(a, b.values, b.columns), a.rows, b.columns);

  it.each([1, 4, 9, 16])("are what the formulas with centers and counts give, %i", (landmarks) => {
    const problem = problemOf(shuffled);
    const { errors, queryFactor, between, keyFactor, nystrom, residual } = matricesOf(lab, {
      ...shuffled,
      ...{ landmarks, from: "clusters", inverse: "none", iterations: 6 },
    });
    const [queries, keys] = [clustersOf(lab, problem.q, landmarks, 2), clustersOf(lab, problem.k, landmarks, 3)];
    const [q, k] = [matrixOf(problem.q.data, tokenCount, width), matrixOf(problem.k.data, tokenCount, width)];
    const [qCenters, kCenters] = [queries, keys].map(({ centers }) => matrixOf(centers.flat(), landmarks, width));
    if (qCenters === undefined || kCenters === undefined) throw new Error("two");
    const bias = Array.from({ length: landmarks }, (_, j) => Math.log(keys.of.filter((c) => c === j).length));
    expect(relativeError(softmax(q, kCenters, bias).values, queryFactor.values)).toBeLessThan(2e-6);
    expect(relativeError(softmax(qCenters, kCenters, bias).values, between.values)).toBeLessThan(2e-6);
    const plain = allRows.map(() => 0);
    expect(relativeError(softmax(qCenters, k, plain).values, keyFactor.values)).toBeLessThan(2e-6);
    const expected = product(softmax(q, kCenters, bias), softmax(qCenters, k, plain));
    expect(relativeError(expected.values, nystrom.values)).toBeLessThan(2e-6);
    expect(residual).toBeGreaterThanOrEqual(0);
    expect(errors.nystrom.rowSums).toBeLessThan(1e-5);
  });

  it("have the kernel's iteration between them, as singular values predict it", () => {
    const input = { ...shuffled, landmarks: 8, from: "clusters", inverse: "iterative" } as const;
    const a = matricesOf(lab, { ...input, iterations: 0 }).between;
    const { values } = singularValues(a);
    const columnSums = Array.from({ length: 8 }, (_, j) =>
      a.values.reduce((sum, value, at) => (at % 8 === j ? sum + value : sum), 0),
    );
    let shares = Array.from(values, (value) => value ** 2 / Math.max(...columnSums));
    for (let iterations = 0; iterations <= 6; iterations++) {
      const expected = Math.hypot(...shares.map((w, r) => (1 - w) * (values[r] ?? 0))) / Math.hypot(...values);
      expect(matricesOf(lab, { ...input, iterations }).residual).toBeCloseTo(expected, 4);
      shares = shares.map((w) => (w * (13 - w * (15 - w * (7 - w)))) / 4);
    }
  });

  it("do not mind shuffled tokens, to which means of consecutive ones fall", () => {
    const [before, after] = [tokens, shuffled].map((each) =>
      runNow(sweepLandmarks(lab, { ...each, from: "clusters" })),
    );
    const at = landmarkCounts.indexOf(16);
    const [segments, then] = [before?.sources.segments[at]?.middle ?? NaN, after?.sources.segments[at]?.middle ?? NaN];
    expect(then).toBeGreaterThan(2 * segments);
    const [clusters, now] = [before?.sources.clusters[at]?.middle ?? NaN, after?.sources.clusters[at]?.middle ?? NaN];
    expect(now / clusters).toBeLessThan(1.25);
    expect(now / clusters).toBeGreaterThan(0.8);
    expect(now).toBeLessThan(0.7 * then);
    // What the six lines show is the middle start.
    expect(after?.errors.six[at]).toBe(now);
  });

  it("are the tokens themselves where there is one for each", () => {
    const problem = problemOf(shuffled);
    const implied = (from: "segments" | "clusters"): Matrix =>
      impliedMatrix(lab, arranged(lab, problem, { landmarks: tokenCount, from, start: 1 }), { iterations: 6 });
    expect(relativeError(implied("segments").values, implied("clusters").values)).toBeLessThan(1e-5);
  });
});

it("gives the same bits each time from consecutive tokens", () => {
  const input = { ...tokens, inverse: "iterative", landmarks: 8, from: "segments", iterations: 6 } as const;
  expect(matricesOf(lab, input).nystrom.values).toEqual(matricesOf(lab, input).nystrom.values);
});
