/**
 * What a person writes first: nested loops over Float32Array. One head is measured where all of them would take
 * seconds, and its time multiplied; the work of a head does not depend on its neighbors.
 */
const name = "JavaScript loops";
const kind = "naive";

const WHOLE_UP_TO = 512;

function attentionOfOneHead(q, k, v, out, weights, { n, d, causal }, base) {
  const scale = 1 / Math.sqrt(d);
  for (let i = 0; i < n; ++i) {
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
}

const operations = {
  attention(size, { q, k, v }) {
    const { heads, n, d } = size;
    const out = new Float32Array(heads * n * d);
    const weights = new Float32Array(n);
    const measuredHeads = n > WHOLE_UP_TO ? 1 : heads;
    const run = (count) => {
      for (let head = 0; head < count; ++head) attentionOfOneHead(q, k, v, out, weights, size, head * n * d);
    };
    return {
      multiplier: heads / measuredHeads,
      run: () => run(measuredHeads),
      result() {
        run(heads);
        return out;
      },
      dispose() {},
    };
  },
};

export const contestants = async () => [{ name, kind, operations }];
