/**
 * Rows of attention of linear cost in double precision, as the definitions have them: what the kernels' results are held to.
 */
import { softmaxOf } from "../double.js";

/** @typedef {{ q: Float32Array, k: Float32Array, v: Float32Array }} Given  of one head, each [n, d] */

/** How large a result may be off by rounding; a wrong one is off in its first digits. */
export const TOLERANCE = 1e-4;

/**
 * The largest difference of some rows of a result from the same rows in double; NaN where there is one.
 *
 * @param {ArrayLike<number>} result  [n, d]
 * @param {readonly number[]} rows
 * @param {readonly Float64Array[]} expected
 */
export function largestDifference(result, rows, expected) {
  let largest = 0;
  rows.forEach((row, index) => {
    expected[index]?.forEach((value, c) => {
      const error = Math.abs(value - (result[row * expected[index].length + c] ?? NaN));
      if (!(error <= largest)) largest = error;
    });
  });
  return largest;
}

const rowOf = (data, i, d) => data.subarray(i * d, (i + 1) * d);

function dot(a, b) {
  let sum = 0;
  for (let c = 0; c < a.length; ++c) sum += a[c] * b[c];
  return sum;
}

function addTimes(sum, factor, row) {
  for (let c = 0; c < row.length; ++c) sum[c] += factor * row[c];
}

/**
 * sum_j w_ij v_j with w_ij = e^shift query(i) . key(j), over all keys or those up to i; divided by sum_j w_ij if `divide` says
 * so. Sums are kept relative to the largest shift so far, so that no power of e overflows.
 *
 * @param {Given} given
 * @param {{ n: number, d: number, causal: boolean }} size
 * @param {readonly number[]} rows
 * @param {{ query: (i: number) => Float64Array, key: (j: number) => { features: Float64Array, shift: number },
 *   divide: boolean }} features  without `divide` all shifts are 0
 * @returns {Float64Array[]}
 */
function featureRows({ v }, { n, d, causal }, rows, { query, key, divide }) {
  const sums = rows.map((i) => ({ i, features: query(i), total: 0, sum: new Float64Array(d), shift: -Infinity }));
  for (let j = 0; j < n; ++j) {
    const { features, shift } = key(j);
    for (const row of sums) {
      if (causal && j > row.i) continue;
      if (shift > row.shift) {
        const factor = Math.exp(row.shift - shift);
        row.total *= factor;
        row.sum.forEach((value, c) => (row.sum[c] = factor * value));
        row.shift = shift;
      }
      const weight = Math.exp(shift - row.shift) * dot(row.features, features);
      row.total += weight;
      addTimes(row.sum, weight, rowOf(v, j, d));
    }
  }
  return sums.map(({ total, sum }) => (divide ? sum.map((value) => value / total) : sum));
}

/** Linear attention with elu(x) + 1. @param {Given} given */
export function eluRows(given, size, rows) {
  const feature = (data) => (i) => Float64Array.from(rowOf(data, i, size.d), (x) => (x > 0 ? x + 1 : Math.exp(x)));
  const ofKey = feature(given.k);
  return featureRows(given, size, rows, {
    query: feature(given.q),
    key: (j) => ({ features: ofKey(j), shift: 0 }),
    divide: true,
  });
}

/** Softmax over d of the queries, over the visible keys of the keys, and no denominator. @param {Given} given */
export function doubleSoftmaxRows(given, size, rows) {
  const { n, d, causal } = size;
  const exponentials = (j) => Float64Array.from(rowOf(given.k, j, d), Math.exp);
  const totalsOf = (keys) => {
    const totals = new Float64Array(d);
    for (let j = 0; j < keys; ++j) addTimes(totals, 1, exponentials(j));
    return totals;
  };
  const all = causal ? undefined : totalsOf(n);
  const key = (j) => ({ features: exponentials(j), shift: 0 });
  const query = (i) => {
    const totals = all ?? totalsOf(i + 1);
    return softmaxOf(Float64Array.from(rowOf(given.q, i, d))).map((weight, c) => weight / totals[c]);
  };
  return featureRows(given, size, rows, { query, key, divide: false });
}

/**
 * Performer with positive features of these directions.
 *
 * @param {Given} given
 * @param {ArrayLike<number>} projection  [m, d]
 */
export function performerRows(given, size, rows, projection) {
  const { d } = size;
  const fold = d ** -0.25;
  const count = projection.length / d;
  const feature = (data) => (i) => {
    const x = Float64Array.from(rowOf(data, i, d), (entry) => fold * entry);
    const exponents = new Float64Array(count);
    let largest = -Infinity;
    for (let r = 0; r < count; ++r) {
      for (let c = 0; c < d; ++c) exponents[r] += projection[r * d + c] * x[c];
      largest = Math.max(largest, exponents[r]);
    }
    return { features: exponents.map((exponent) => Math.exp(exponent - largest)), shift: largest - dot(x, x) / 2 };
  };
  const ofQuery = feature(given.q);
  // What a query's features have in common cancels.
  return featureRows(given, size, rows, { query: (i) => ofQuery(i).features, key: feature(given.k), divide: true });
}

/** Attention over the keys that `keysOf` gives. @param {Given} given @param {(i: number) => Iterable<number>} keysOf */
export function sparseRows({ q, k, v }, { d }, rows, keysOf) {
  return rows.map((i) => {
    const keys = [...keysOf(i)];
    const query = rowOf(q, i, d);
    const weights = softmaxOf(Float64Array.from(keys, (j) => dot(query, rowOf(k, j, d)) / Math.sqrt(d)));
    const sum = new Float64Array(d);
    keys.forEach((j, at) => addTimes(sum, weights[at], rowOf(v, j, d)));
    return sum;
  });
}

/** Where each of `m` adaptive segments of `n` rows begins, and the end. */
function segmentBounds(n, m) {
  const length = Math.floor(n / m);
  return Array.from({ length: m + 1 }, (_, j) => j * length + Math.max(0, j - ((length + 1) * m - n)));
}

/** Products of square matrices, row-major. */
function times(a, b, m) {
  const product = new Float64Array(m * m);
  for (let i = 0; i < m; ++i) {
    const row = product.subarray(i * m, (i + 1) * m);
    for (let p = 0; p < m; ++p) addTimes(row, a[i * m + p], b.subarray(p * m, (p + 1) * m));
  }
  return product;
}

/** V after so many steps of V <- V (13 I - AV (15 I - AV (7 I - AV))) / 4 from V = A' / (|A|_1 |A|_inf), A without negative entries. */
function iterativeInverse(a, m, steps) {
  const [columns, sums] = [new Float64Array(m), new Float64Array(m)];
  a.forEach((entry, at) => {
    sums[Math.floor(at / m)] += entry;
    columns[at % m] += entry;
  });
  const norms = Math.max(...columns) * Math.max(...sums);
  let inverse = a.map((_, at) => a[(at % m) * m + Math.floor(at / m)] / norms);
  /** factor I - matrix */
  const from = (factor, matrix) => matrix.map((entry, at) => (at % (m + 1) === 0 ? factor : 0) - entry);
  for (let step = 0; step < steps; ++step) {
    const product = times(a, inverse, m);
    const inner = from(15, times(product, from(7, product), m));
    inverse = times(inverse, from(13, times(product, inner, m)), m).map((entry) => entry / 4);
  }
  return inverse;
}

/**
 * Nystromformer with adaptive segments, the logarithms of their counts added in the first two factors, and the iterative
 * inverse.
 *
 * @param {Given} given
 * @param {{ n: number, d: number }} size
 * @param {{ landmarks: number, steps: number }} options  fewer landmarks than rows
 */
export function nystromRows({ q, k, v }, { n, d }, rows, { landmarks: m, steps }) {
  const bounds = segmentBounds(n, m);
  const counts = Float64Array.from({ length: m }, (_, j) => bounds[j + 1] - bounds[j]);
  const means = (data) =>
    Array.from(counts, (count, j) => {
      const mean = new Float64Array(d);
      for (let i = bounds[j]; i < bounds[j + 1]; ++i) addTimes(mean, 1 / count, rowOf(data, i, d));
      return mean;
    });
  const [queries, keys] = [means(q), means(k)];
  const toLandmarks = (query) =>
    softmaxOf(Float64Array.from(keys, (key, j) => dot(query, key) / Math.sqrt(d) + Math.log(counts[j])));
  const middle = new Float64Array(m * m);
  queries.forEach((query, i) => middle.set(toLandmarks(query), i * m));
  const inverse = iterativeInverse(middle, m, steps);
  const values = queries.map((query) => {
    const weights = softmaxOf(Float64Array.from({ length: n }, (_, j) => dot(query, rowOf(k, j, d)) / Math.sqrt(d)));
    const sum = new Float64Array(d);
    weights.forEach((weight, j) => addTimes(sum, weight, rowOf(v, j, d)));
    return sum;
  });
  return rows.map((i) => {
    const first = toLandmarks(rowOf(q, i, d));
    const sum = new Float64Array(d);
    for (let j = 0; j < m; ++j) {
      let weight = 0;
      for (let r = 0; r < m; ++r) weight += first[r] * inverse[r * m + j];
      addTimes(sum, weight, values[j]);
    }
    return sum;
  });
}
