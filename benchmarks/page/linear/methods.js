/**
 * The methods of linear cost at work: what each is charged with, how it is called, and what it is held to. The benchmark page
 * and the widget on the site share them.
 */
import { doubleSoftmaxRows, eluRows, nystromRows, performerRows, sparseRows } from "./double.js";
import { D, FEATURES, LANDMARKS, WINDOW } from "./names.js";

/** Steps of the inverse, and tokens of a block. */
const [STEPS, BLOCK] = [6, 64];

/**
 * @typedef {import("./double.js").Given} Given
 *
 * @typedef {object} Opened  a method with its projection or pattern
 * @property {(n: number) => number} flops  of the matrix products, without a mask
 * @property {(q: any, k: any, v: any, causal: boolean, out?: any) => { data: Float32Array }} run
 * @property {(given: Given, size: { n: number, d: number, causal: boolean }, rows: readonly number[]) => Float64Array[]} rows
 *   of the result of one head, in double
 */

const linear = (featureMap, rows) => (lab) => ({
  flops: (n) => 4 * D * D * n,
  run: (q, k, v, causal, out) => lab.linearAttention(q, k, v, { featureMap, causal, out }),
  rows,
});

/** What counts is its matrix products: features of queries and keys, the state, the rows of the result. */
function performer(lab) {
  const projection = lab.performerProjection(D, { features: FEATURES });
  return {
    flops: (n) => 8 * FEATURES * D * n,
    run: (q, k, v, causal, out) => lab.performer(q, k, v, { projection, causal, out }),
    rows: (given, size, rows) => performerRows(given, size, rows, projection.data),
  };
}

/** What counts is the products with all queries and all keys; the inverse is overhead. */
const nystromformer = (lab) => ({
  flops: (n) => 8 * LANDMARKS * D * n,
  run: (q, k, v, _causal, out) => lab.nystromformer(q, k, v, { out }),
  rows: (given, size, rows) =>
    size.n <= LANDMARKS
      ? sparseRows(given, size, rows, () => Array(size.n).keys())
      : nystromRows(given, size, rows, { landmarks: LANDMARKS, steps: STEPS }),
});

/** Two products per pair that is kept. */
const sparse = (keptPairs, run, keysOf) => ({
  flops: (n) => 4 * D * keptPairs(n),
  run,
  rows: (given, size, rows) =>
    sparseRows(given, size, rows, (i) => keysOf(i, size).filter((j) => !size.causal || j <= i)),
});

function range(begin, end) {
  return Array.from({ length: Math.max(0, end - begin) }, (_, at) => begin + at);
}

/** Pairs with |i - j| <= w of n rows. @param {number} n @param {number} w */
export function windowPairs(n, w) {
  const reach = Math.min(w, n - 1);
  return n * (2 * reach + 1) - reach * (reach + 1);
}

const local = (lab) =>
  sparse(
    (n) => windowPairs(n, WINDOW),
    (q, k, v, causal, out) => lab.sparseAttention(q, k, v, { causal, out }),
    (i, { n }) => range(Math.max(0, i - WINDOW), Math.min(n, i + WINDOW + 1)),
  );

/** Its draw depends on the number of blocks alone, so the pattern of the blocks is that of as many tokens in blocks of one. */
function bigbird(lab) {
  const blocksOf = (n, causal) => {
    const count = Math.ceil(n / BLOCK);
    const { data } = lab.sparsePattern(count, count, { pattern: "bigbird", blockSize: 1, causal });
    return { count, kept: (I, J) => data[I * count + J] !== 0, pairs: data.reduce((sum, kept) => sum + kept, 0) };
  };
  return sparse(
    (n) => blocksOf(n, false).pairs * BLOCK * BLOCK,
    (q, k, v, causal, out) => lab.sparseAttention(q, k, v, { pattern: "bigbird", causal, out }),
    (i, { n, causal }) => {
      const { count, kept } = blocksOf(n, causal);
      const blocks = range(0, count).filter((J) => kept(Math.floor(i / BLOCK), J));
      return blocks.flatMap((J) => range(J * BLOCK, Math.min(n, (J + 1) * BLOCK)));
    },
  );
}

const OPENERS = {
  "linear-elu": linear("elu", eluRows),
  "linear-softmax": linear("softmax", doubleSoftmaxRows),
  performer,
  "performer-causal": performer,
  nystromformer,
  "sparse-local": local,
  "sparse-bigbird": bigbird,
};

/**
 * A method of names.js with the kernels of `lab`.
 *
 * @param {any} lab
 * @param {string} key
 * @returns {Opened}
 */
export const openMethod = (lab, key) => OPENERS[key](lab);
