import type { Lab, Tensor } from "../../package/index.js";

/**
 * Rows in clusters, numbered in the order of their rows' mean places: pictures can be compared, and where nothing stands in
 * the middle it is about that order which queries' center meets which keys' center.
 */
export interface Clusters {
  /** Of each row. */
  readonly of: readonly number[];
  /** Means of the rows. */
  readonly centers: readonly (readonly number[])[];
  /** Rounds until nothing moved. */
  readonly rounds: number;
}

/** Nothing moves any more long before. */
export const mostRounds = 100;

/**
 * Plain k-means, of at most as many clusters as rows: centers drawn from the rows, each with a probability in proportion to its
 * squared distance to the nearest one there is (Arthur and Vassilvitskii, k-means++, 2007), then Lloyd's rounds. A cluster
 * that has lost its rows gets the one that is farthest from its own center. {@link clustersCode} is the same as text.
 */
export function clustersOf(lab: Lab, { data, shape }: Tensor, count: number, seed: number): Clusters {
  const [n = 0, d = 0] = shape;
  const rows = Array.from({ length: n }, (_, i) => i);
  const distance = (i: number, center: readonly number[]): number => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += ((data[i * d + c] ?? 0) - (center[c] ?? 0)) ** 2;
    return sum;
  };
  const centers: number[][] = [];
  for (let near = rows.map(() => 1); centers.length < count;) {
    const { token } = lab.sampleToken(lab.tensor(near.map(Math.log)), { seed, draw: centers.length });
    const row = Math.max(0, token[0] ?? 0);
    const center = Array.from(data.subarray(row * d, (row + 1) * d));
    near = near.map((squared, i) => Math.min(centers.length > 0 ? squared : Infinity, distance(i, center)));
    centers.push(center);
  }
  let of: number[] = [];
  let rounds = 0;
  for (; rounds < mostRounds; rounds++) {
    const far = rows.map((i) => centers.map((center) => distance(i, center)));
    const next = far.map((each) => each.indexOf(Math.min(...each)));
    const members = (cluster: number): number[] => rows.filter((i) => next[i] === cluster);
    for (let empty = 0; empty < count; empty++) {
      if (next.includes(empty)) continue;
      const own = (i: number): number => far[i]?.[next[i] ?? 0] ?? 0;
      const movable = rows.filter((i) => members(next[i] ?? 0).length > 1);
      next[movable.reduce((a, b) => (own(b) > own(a) ? b : a))] = empty;
    }
    if (next.every((cluster, i) => cluster === of[i])) break;
    of = next;
    centers.forEach((center, cluster) => {
      const own = members(cluster);
      center.forEach((_, c) => {
        center[c] = own.reduce((sum, i) => sum + (data[i * d + c] ?? 0), 0) / own.length;
      });
    });
  }
  return inOrder({ of, centers, rounds });
}

function inOrder({ of, centers, rounds }: Clusters): Clusters {
  const places = centers.map((_, cluster) => {
    const own = of.flatMap((other, i) => (other === cluster ? [i] : []));
    return own.reduce((sum, i) => sum + i, 0) / own.length;
  });
  const order = centers.map((_, cluster) => cluster).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  return {
    of: of.map((cluster) => order.indexOf(cluster)),
    centers: order.map((cluster) => centers[cluster] ?? []),
    rounds,
  };
}

/** For programs that readers copy: `kMeans(tensor, count, seed)` gives `of` and `centers`, of the n `rows` of d. */
export const clustersCode = `/** Numbers clusters in the order of their rows' mean places. */
const inOrder = (of, centers) => {
  const places = centers.map((_, cluster) => {
    const own = rows.filter((i) => of[i] === cluster);
    return own.reduce((sum, i) => sum + i, 0) / own.length;
  });
  const order = centers.map((_, cluster) => cluster).sort((a, b) => places[a] - places[b]);
  return { of: of.map((cluster) => order.indexOf(cluster)), centers: order.map((cluster) => centers[cluster]) };
};
/** k-means from a k-means++ start, to its end. */
const kMeans = ({ data }, count, seed) => {
  const centers = [];
  const distance = (i, center) => center.reduce((sum, x, c) => sum + (data[i * d + c] - x) ** 2, 0);
  for (let near = rows.map(() => 1); centers.length < count; ) {
    const { token } = lab.sampleToken(lab.tensor(near.map(Math.log)), { seed, draw: centers.length });
    const row = Math.max(0, token[0]);
    const center = Array.from(data.subarray(row * d, (row + 1) * d));
    near = near.map((squared, i) => Math.min(centers.length > 0 ? squared : Infinity, distance(i, center)));
    centers.push(center);
  }
  for (let of = [], round = 0; ; round++) {
    const far = rows.map((i) => centers.map((center) => distance(i, center)));
    const next = far.map((each) => each.indexOf(Math.min(...each)));
    const members = (cluster) => rows.filter((i) => next[i] === cluster);
    for (let empty = 0; empty < count; empty++) {
      if (next.includes(empty)) continue;
      const movable = rows.filter((i) => members(next[i]).length > 1);
      next[movable.reduce((a, b) => (far[b][next[b]] > far[a][next[a]] ? b : a))] = empty;
    }
    if (round === ${mostRounds} || next.every((cluster, i) => cluster === of[i])) return inOrder(of, centers);
    of = next;
    centers.forEach((center, cluster) => {
      const own = members(cluster);
      center.forEach((_, c) => (center[c] = own.reduce((sum, i) => sum + data[i * d + c], 0) / own.length));
    });
  }
};
`;
