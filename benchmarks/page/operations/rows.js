/**
 * What the operations on rows share: softmax, LayerNorm, RMSNorm and their gradients.
 */
import { Difference, someOf, wrongLength } from "../double.js";

const TOLERANCE = 1e-5;

/** Reads x once and writes the result once. */
export const copyOnce = ({ rows, columns }) => ({ kind: "copy", floats: rows * columns });

/** Reads x and dOutput once and writes dx once. */
export const mergeOnce = ({ rows, columns }) => ({ kind: "merge", floats: rows * columns });

/**
 * Compares some rows with `exactRow(given, row, begin, end)`, in double.
 *
 * @param {(given: Record<string, Float32Array>, begin: number, end: number) => Float64Array} exactRow
 */
export const checkRows = (exactRow) => (size, given, result) => {
  const { rows, columns } = size;
  if (result.length !== rows * columns) return wrongLength;
  const difference = new Difference();
  for (const row of someOf(rows, 64)) {
    const begin = row * columns;
    difference.compare(result, begin, exactRow(given, begin, begin + columns));
  }
  return difference.verdict(TOLERANCE);
};

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The size at which transformers of 768 features meet these operations. */
export const tokens = { label: "4096 x 768", rows: 4096, columns: 768, essential: true };
