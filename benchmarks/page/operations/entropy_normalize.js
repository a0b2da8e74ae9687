/**
 * The softmax of each row at the temperature that gives it a certain entropy; one plain softmax of the matrix races beside it.
 */
import { softmaxOf } from "../double.js";
import { normals } from "../random.js";
import { checkRows } from "./rows.js";

/** In nats; the softmax of normal numbers has about ln(columns) - 1/2. */
export const TARGET = 5;
/** Halvings of the bracket of the exponent, from this width. */
const [HALVINGS, LARGEST_EXPONENT] = [60, 64];

export const name = "entropyNormalize";
export const cases = [{ label: "4096 x 1024", rows: 4096, columns: 1024, who: ({ kind }) => kind === "ours" }];
export const beside = { operation: "softmax", label: "softmax" };
export const inputs = ({ rows, columns }) => ({ x: normals(rows * columns, 1) });

const entropyOf = (weights) => -weights.reduce((sum, weight) => sum + (weight > 0 ? weight * Math.log(weight) : 0), 0);

/** By halving: the entropy falls as the exponent grows. */
export const check = checkRows(({ x }, begin, end) => {
  const row = Float64Array.from(x.subarray(begin, end));
  const at = (exponent) => softmaxOf(row.map((logit) => exponent * logit));
  let [low, high] = [0, LARGEST_EXPONENT];
  for (let halving = 0; halving < HALVINGS; ++halving) {
    const middle = (low + high) / 2;
    if (entropyOf(at(middle)) > TARGET) low = middle;
    else high = middle;
  }
  return at(low);
});
