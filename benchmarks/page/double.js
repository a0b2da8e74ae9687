/**
 * What results are held to, in double precision, and how far they are from it.
 */

/** Rows to check out of `count`: the first, the last, and some between. */
export function someOf(count, most = 12) {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, sample) => Math.round((sample * (count - 1)) / (most - 1)));
}

/** The largest difference seen; NaN anywhere makes it NaN. */
export class Difference {
  largest = 0;

  /** @param {ArrayLike<number>} actual  from `offset` on, in place of expected[0], expected[1], ... */
  compare(actual, offset, expected) {
    for (let c = 0; c < expected.length; ++c) {
      const error = Math.abs(actual[offset + c] - expected[c]);
      if (!(error <= this.largest)) this.largest = error;
    }
  }

  /** @param {number} tolerance @returns {{ largestError: number, correct: boolean }} */
  verdict(tolerance) {
    return { largestError: this.largest, correct: this.largest <= tolerance };
  }
}

/** Verdict on a result of the wrong length. */
export const wrongLength = { largestError: Infinity, correct: false };

/** The largest entry of a row, and the sum of exponentials relative to it. */
export function softmaxOf(logits) {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** Weights of row `i` of one head of attention with scale 1/sqrt(d), whose q and k begin at `base`, over `keys` keys. */
export function weightsOfRow(q, k, { d }, base, i, keys, keyBase = base) {
  const logits = new Float64Array(keys);
  for (let j = 0; j < keys; ++j) {
    let sum = 0;
    for (let c = 0; c < d; ++c) sum += q[base + i * d + c] * k[keyBase + j * d + c];
    logits[j] = sum / Math.sqrt(d);
  }
  return softmaxOf(logits);
}

/** sum_j weights[j] * rows[j], rows of `d` entries that begin at `base`. */
export function weighted(weights, rows, d, base) {
  const sum = new Float64Array(d);
  for (let j = 0; j < weights.length; ++j) {
    for (let c = 0; c < d; ++c) sum[c] += weights[j] * rows[base + j * d + c];
  }
  return sum;
}
