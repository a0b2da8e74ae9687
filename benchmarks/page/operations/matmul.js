/**
 * A plain product of two matrices, [m, k] times [k, n].
 */
import { Difference, someOf, wrongLength } from "../double.js";
import { normals } from "../random.js";

/** Relative to sqrt(k), the size of an entry. */
const TOLERANCE = 2e-6;

export const name = "matmul";

const sized = (m, k, n, more = {}) => ({ label: `${m} x ${k} x ${n}`, m, k, n, ...more });

export const cases = [
  sized(512, 512, 512),
  sized(1024, 1024, 1024, { essential: true }),
  // The peers' time at this size would be eight times what it is at half of it.
  sized(2048, 2048, 2048, { who: ({ kind, form }) => kind === "ours" && form === "residents" }),
  // A layer's weights on a block of tokens, on one token, and a tall product with a small inner size.
  sized(128, 768, 3072),
  sized(1, 1024, 1024),
  sized(4096, 64, 1024),
];

export const inputs = ({ m, k, n }) => ({ a: normals(m * k, 1), b: normals(k * n, 2) });

export const flops = ({ m, k, n }) => 2 * m * k * n;

/** Compares some rows in whole. */
export function check({ m, k, n }, { a, b }, result) {
  if (result.length !== m * n) return wrongLength;
  const difference = new Difference();
  for (const i of someOf(m)) {
    const row = new Float64Array(n);
    for (let p = 0; p < k; ++p) {
      const factor = a[i * k + p];
      for (let j = 0; j < n; ++j) row[j] += factor * b[p * n + j];
    }
    difference.compare(result, i * n, row);
  }
  return difference.verdict(TOLERANCE * k);
}
