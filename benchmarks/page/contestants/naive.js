/**
 * What a person writes first: nested loops over Float32Array. Of long attention only every so many rows are measured, and
 * the time is multiplied: the work of a row does not depend on its neighbors.
 */
const name = "JavaScript loops";
const kind = "naive";

/** Query rows of all heads together that are measured, about. */
const MEASURED_ROWS = 1024;

function attentionRow(q, k, v, out, weights, { d, causal, n }, base, i) {
  const scale = 1 / Math.sqrt(d);
  const keys = causal ? i + 1 : n;
  let largest = -Infinity;
  for (let j = 0; j < keys; ++j) {
    let sum = 0;
    for (let c = 0; c < d; ++c) sum += q[base + i * d + c] * k[base + j * d + c];
    weights[j] = sum * scale;
    if (weights[j] > largest) largest = weights[j];
  }
  let total = 0;
  for (let j = 0; j < keys; ++j) {
    weights[j] = Math.exp(weights[j] - largest);
    total += weights[j];
  }
  const row = base + i * d;
  out.fill(0, row, row + d);
  for (let j = 0; j < keys; ++j) {
    const weight = weights[j] / total;
    for (let c = 0; c < d; ++c) out[row + c] += weight * v[base + j * d + c];
  }
}

/**
 * Attention of all heads.
 *
 * @param {{ heads: number, n: number, d: number, causal: boolean }} size
 * @param {{ q: Float32Array, k: Float32Array, v: Float32Array }} given  each [heads, n, d]
 * @returns {{ multiplier: number, run: () => void, result: () => Float32Array, dispose: () => void }} a run is one part in
 *   `multiplier` of the work; the result is that of all of it
 */
export function attention(size, { q, k, v }) {
  const { heads, n, d } = size;
  const out = new Float32Array(heads * n * d);
  const weights = new Float32Array(n);
  const step = Math.max(1, Math.floor((heads * n) / MEASURED_ROWS));
  const rows = (every, first) => {
    for (let row = first; row < heads * n; row += every) {
      attentionRow(q, k, v, out, weights, size, Math.floor(row / n) * n * d, row % n);
    }
  };
  // The middle row of each group, so that causal rows, whose lengths differ, are measured at their mean.
  const first = step >> 1;
  return {
    multiplier: (heads * n) / Math.ceil((heads * n - first) / step),
    run: () => rows(step, first),
    result() {
      rows(1, 0);
      return out;
    },
    dispose() {},
  };
}

function matmul({ m, k, n }, { a, b }) {
  const out = new Float32Array(m * n);
  return {
    run() {
      out.fill(0);
      for (let i = 0; i < m; ++i) {
        for (let p = 0; p < k; ++p) {
          const factor = a[i * k + p];
          for (let j = 0; j < n; ++j) out[i * n + j] += factor * b[p * n + j];
        }
      }
    },
    result: () => out,
    dispose() {},
  };
}

/** An operation on rows from its work on one row. */
const onRows =
  (workOnRow) =>
  ({ rows, columns }, given) => {
    const out = new Float32Array(rows * columns);
    return {
      run() {
        for (let row = 0; row < rows; ++row) workOnRow(given, out, row * columns, columns);
      },
      result: () => out,
      dispose() {},
    };
  };

const softmax = onRows(({ x }, out, begin, columns) => {
  let largest = -Infinity;
  for (let c = 0; c < columns; ++c) largest = Math.max(largest, x[begin + c]);
  let total = 0;
  for (let c = 0; c < columns; ++c) total += out[begin + c] = Math.exp(x[begin + c] - largest);
  for (let c = 0; c < columns; ++c) out[begin + c] /= total;
});

const layerNorm = onRows(({ x, gamma, beta }, out, begin, columns) => {
  let sum = 0;
  for (let c = 0; c < columns; ++c) sum += x[begin + c];
  const mean = sum / columns;
  let squares = 0;
  for (let c = 0; c < columns; ++c) squares += (x[begin + c] - mean) ** 2;
  const factor = 1 / Math.sqrt(squares / columns + 1e-5);
  for (let c = 0; c < columns; ++c) out[begin + c] = (x[begin + c] - mean) * factor * gamma[c] + beta[c];
});

const rmsNorm = onRows(({ x, gamma }, out, begin, columns) => {
  let squares = 0;
  for (let c = 0; c < columns; ++c) squares += x[begin + c] ** 2;
  const factor = 1 / Math.sqrt(squares / columns + 1e-5);
  for (let c = 0; c < columns; ++c) out[begin + c] = x[begin + c] * factor * gamma[c];
});

/** Attention with a result of its own for every call, as a function has it that its callers can rely on. */
function freshAttention(size, { q, k, v }) {
  const { heads, n, d } = size;
  let latest;
  return {
    run() {
      latest = new Float32Array(heads * n * d);
      const weights = new Float32Array(n);
      for (let row = 0; row < heads * n; ++row) {
        attentionRow(q, k, v, latest, weights, size, Math.floor(row / n) * n * d, row % n);
      }
    },
    result: () => latest,
    dispose() {},
  };
}

export const contestants = async () => [
  { name, kind, threads: 1, operations: { attention, matmul, softmax, layerNorm, rmsNorm } },
  { name: `${name}, fresh result`, kind, form: "fresh", threads: 1, operations: { attention: freshAttention } },
];
