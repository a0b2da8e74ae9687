import type { Lab, NystromOptions, Tensor } from "../../package/index.js";
import { matrixOf, type Matrix } from "../shared/matrices/softmax.js";
import { clustersOf, type Clusters } from "./clusters.js";
import { allRows, width, type Problem } from "./problem.js";
import type { SourceName } from "./schema.js";

export interface LandmarkInput {
  readonly landmarks: number;
  readonly from: SourceName;
  /** Of the clusters. */
  readonly start: number;
}

/**
 * Queries and keys in an order in which the means of equal segments are the landmarks that are wanted, so that the package's
 * kernels do all the rest.
 */
export interface Arranged {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly options: Pick<NystromOptions, "landmarks" | "mask">;
  /** Where each query and each key of the problem stands. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Rounds that clustering the queries and the keys took. */
  readonly rounds: readonly [queries: number, keys: number] | undefined;
}

/**
 * Clusters become segments of equal length: sorted by cluster, and each one filled up to the size of the largest. Queries are
 * filled up with their own center, which leaves their mean what it is; keys with keys that a mask hides, so that they count
 * nowhere, and the logarithm of the counts is that of the cluster.
 */
export function arranged(lab: Lab, problem: Problem, { landmarks, from, start }: LandmarkInput): Arranged {
  if (from === "segments") return inSegments(problem, landmarks);
  const { q, k } = problem;
  const [queries, keys] = [clustersOf(lab, q, landmarks, 2 * start), clustersOf(lab, k, landmarks, 2 * start + 1)];
  const [ordered, hidden] = [filledUp(q, queries), filledUp(k, keys)];
  return {
    q: ordered.tensor,
    k: hidden.tensor,
    options: { landmarks, mask: hidden.visible },
    rows: ordered.places,
    columns: hidden.places,
    rounds: [queries.rounds, keys.rounds],
  };
}

/** As they stand. */
export const inSegments = ({ q, k }: Problem, landmarks: number): Arranged => ({
  ...{ q, k, rows: allRows, columns: allRows, rounds: undefined },
  options: { landmarks },
});

function filledUp({ data }: Tensor, { of, centers }: Clusters) {
  const members = centers.map((_, cluster) => allRows.filter((i) => of[i] === cluster));
  const size = Math.max(...members.map(({ length }) => length));
  const visible = centers.flatMap((_, cluster) =>
    Array.from({ length: size }, (_, at) => at < (members[cluster]?.length ?? 0)),
  );
  const places = allRows.map((i) => size * (of[i] ?? 0) + (members[of[i] ?? 0]?.indexOf(i) ?? 0));
  const tensor: Tensor = {
    data: Float32Array.from(centers.flatMap((center) => Array.from({ length: size }, () => center).flat())),
    shape: [size * centers.length, width],
  };
  for (const i of allRows) tensor.data.set(data.subarray(i * width, (i + 1) * width), (places[i] ?? 0) * width);
  return { tensor, visible, places };
}

/** Entry by entry, what `lab.nystromFactors` stands for. */
export function impliedMatrix(lab: Lab, { q, k, options, rows, columns }: Arranged, more: NystromOptions): Matrix {
  return columnsOf(lab.nystromFactors(q, k, { ...options, ...more }).rows(rows), columns);
}

/** These columns of a matrix. */
export function columnsOf({ data, shape }: Tensor, columns: readonly number[]): Matrix {
  const [rows = 0, width = 0] = shape;
  const values = Float64Array.from(
    { length: rows * columns.length },
    (_, at) => data[Math.floor(at / columns.length) * width + (columns[at % columns.length] ?? 0)] ?? 0,
  );
  return { rows, columns: columns.length, values };
}

/** These rows of a matrix. */
export function rowsOf({ data, shape }: Tensor, rows: readonly number[]): Matrix {
  const [, width = 0] = shape;
  return matrixOf(
    rows.flatMap((row) => Array.from(data.subarray(row * width, (row + 1) * width))),
    rows.length,
    width,
  );
}

/** Means of segments that differ by one token at most, the longer ones last; and how many tokens each has. */
export function segmentMeans({ data }: Tensor, landmarks: number): { means: Float64Array; counts: readonly number[] } {
  const length = data.length / width;
  const size = Math.floor(length / landmarks);
  const counts = Array.from({ length: landmarks }, (_, j) => size + Number(j >= (size + 1) * landmarks - length));
  const means = new Float64Array(landmarks * width);
  let row = 0;
  counts.forEach((count, j) => {
    for (const end = row + count; row < end; row++) {
      for (let c = 0; c < width; c++) {
        const at = j * width + c;
        means[at] = (means[at] ?? 0) + (data[row * width + c] ?? 0) / count;
      }
    }
  });
  return { means, counts };
}

/** The matrix between the landmarks, A: the outer factor of queries that are the landmarks themselves. */
export function betweenLandmarks(lab: Lab, { q, k, options }: Arranged, landmarks: number): Matrix {
  const { means } = segmentMeans(q, landmarks);
  const queries = { data: Float32Array.from(means), shape: [landmarks, width] };
  const { queryFactor } = lab.nystromFactors(queries, k, { ...options, inverse: "none" });
  return matrixOf(queryFactor.data, landmarks, landmarks);
}
