import type { Matrix } from "./softmax.js";

/** How far an approximation of an attention matrix is off: the one ruler of all pages. */
export interface AttentionErrors {
  /** ‖Â − A‖ / ‖A‖, Frobenius. */
  readonly frobenius: number;
  /** The largest difference of an entry. */
  readonly largest: number;
  /**
   * Mean over the rows of KL(A ‖ Â) = Σ p ln(p/q) − p + q in nats, which is never negative, whatever the rows' sums; NaN where
   * an entry of Â is not positive.
   */
  readonly divergence: number;
  /** How far the worst row's sum is from 1. */
  readonly rowSums: number;
  /** The smallest entry of Â. */
  readonly least: number;
  /** ‖ÂV − AV‖ / ‖AV‖: what a network would notice. */
  readonly output: number;
}

/** Measures `approximation` against `exact`, with the values v of so many channels. */
export function attentionErrors(
  exact: Matrix,
  approximation: Matrix,
  v: ArrayLike<number>,
  channels: number,
): AttentionErrors {
  const { rows, columns, values: a } = exact;
  const b = approximation.values;
  let [difference, norm, largest, divergence, least, rowSums] = [0, 0, 0, 0, Infinity, 0];
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let at = i * columns; at < (i + 1) * columns; at++) {
      const [p, q] = [a[at] ?? 0, b[at] ?? 0];
      difference += (q - p) ** 2;
      norm += p * p;
      largest = Math.max(largest, Math.abs(q - p));
      if (q > 0) divergence += (p > 0 ? p * Math.log(p / q) : 0) - p + q;
      else divergence = Number.NaN;
      least = Math.min(least, q);
      sum += q;
    }
    rowSums = Math.max(rowSums, Math.abs(sum - 1));
  }
  return {
    frobenius: Math.sqrt(difference / norm),
    largest,
    divergence: divergence / rows,
    rowSums,
    least,
    output: relativeError(times(exact, v, channels), times(approximation, v, channels)),
  };
}

/** A V, row-major. */
export function times({ rows, columns, values }: Matrix, v: ArrayLike<number>, channels: number): Float64Array {
  const output = new Float64Array(rows * channels);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const weight = values[i * columns + j] ?? 0;
      for (let c = 0; c < channels; c++) {
        const at = i * channels + c;
        output[at] = (output[at] ?? 0) + weight * (v[j * channels + c] ?? 0);
      }
    }
  }
  return output;
}

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? 0;
    difference += ((actual[i] ?? 0) - value) ** 2;
    norm += value * value;
  }
  return Math.sqrt(difference / norm);
}
