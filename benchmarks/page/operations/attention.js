/**
 * Exact softmax attention, q, k, v of shape [heads, n, d], scale 1/sqrt(d); the entry for the list in ../main.js.
 *
 * An operation says: which cases there are, how to make the inputs, how many floating-point operations a case is
 * charged with, and how a result is checked.
 */
import { normals } from "../random.js";

const HEADS = 8;
const WIDTH = 64;
const LENGTHS = [256, 1024, 2048];
const CHECKED_ROWS_PER_HEAD = 12;
/** Float32 contestants differ by the order of their sums; a wrong one is off by more than this in its first digit. */
const TOLERANCE = 2e-5;

export const name = "attention";

/**
 * @typedef {object} AttentionCase
 * @property {string} label
 * @property {number} heads
 * @property {number} n
 * @property {number} d
 * @property {boolean} causal
 */

/** @type {AttentionCase[]} */
export const cases = LENGTHS.flatMap((n) =>
  [false, true].map((causal) => ({
    label: `${HEADS} heads x ${n} x ${WIDTH}${causal ? " causal" : ""}`,
    heads: HEADS,
    n,
    d: WIDTH,
    causal,
  })),
);

/** @param {AttentionCase} size */
export function inputs({ heads, n, d }) {
  return {
    q: normals(heads * n * d, 1),
    k: normals(heads * n * d, 2),
    v: normals(heads * n * d, 3),
  };
}

/**
 * Two products of n x d x n multiply-adds over the visible pairs; the exponentials are not counted.
 *
 * @param {AttentionCase} size
 */
export function flops({ heads, n, d, causal }) {
  const pairs = causal ? (n * (n + 1)) / 2 : n * n;
  return 4 * heads * pairs * d;
}

/** Row `i` of head `head` in double precision. */
function exactRow({ q, k, v }, { n, d, causal }, head, i) {
  const base = head * n * d;
  const keys = causal ? i + 1 : n;
  const logits = new Float64Array(keys);
  for (let j = 0; j < keys; ++j) {
    let sum = 0;
    for (let c = 0; c < d; ++c) sum += q[base + i * d + c] * k[base + j * d + c];
    logits[j] = sum / Math.sqrt(d);
  }
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const row = new Float64Array(d);
  let total = 0;
  for (let j = 0; j < keys; ++j) {
    const weight = Math.exp(logits[j] - largest);
    total += weight;
    for (let c = 0; c < d; ++c) row[c] += weight * v[base + j * d + c];
  }
  return row.map((value) => value / total);
}

/**
 * Compares some rows of every head, the first and the last among them, with double precision.
 *
 * @param {AttentionCase} size
 * @param {Float32Array} result  of length heads * n * d
 * @returns {{ largestError: number, correct: boolean }}
 */
export function check(size, given, result) {
  const { heads, n, d } = size;
  let largestError = result.length === heads * n * d ? 0 : Infinity;
  for (let head = 0; head < heads; ++head) {
    for (let sample = 0; sample < CHECKED_ROWS_PER_HEAD; ++sample) {
      const i = Math.round((sample * (n - 1)) / (CHECKED_ROWS_PER_HEAD - 1));
      const expected = exactRow(given, size, head, i);
      for (let c = 0; c < d; ++c) {
        const error = Math.abs(result[(head * n + i) * d + c] - expected[c]);
        if (!(error <= largestError)) largestError = error;
      }
    }
  }
  return { largestError, correct: largestError <= TOLERANCE };
}
