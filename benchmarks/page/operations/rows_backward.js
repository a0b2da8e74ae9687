/**
 * Gradients of softmax, LayerNorm and RMSNorm: from dOutput to dx (the norms without gamma and beta, whose gradients
 * would add a reduction over rows that a copy has not).
 */
import { softmaxOf } from "../double.js";
import { normals } from "../random.js";
import { EPS } from "./layer_norm.js";
import { checkRows, mean, mergeOnce, tokens } from "./rows.js";

const inputs = ({ rows, columns }) => ({ x: normals(rows * columns, 1), dOutput: normals(rows * columns, 2) });

/** An operation from its name, its size and its gradient of one row, which gets the row and its dOutput. */
const backward = (name, size, exactRow) => ({
  name,
  cases: [{ ...size, who: ({ kind }) => kind !== "naive" }],
  inputs,
  traffic: mergeOnce,
  check: checkRows(({ x, dOutput }, begin, end) =>
    exactRow(Float64Array.from(x.subarray(begin, end)), Float64Array.from(dOutput.subarray(begin, end))),
  ),
});

export const softmaxBackward = backward(
  "softmaxBackward",
  { label: "4096 x 1024", rows: 4096, columns: 1024, essential: true },
  (x, dOutput) => {
    const y = softmaxOf(x);
    const inner = y.reduce((sum, weight, c) => sum + weight * dOutput[c], 0);
    return y.map((weight, c) => weight * (dOutput[c] - inner));
  },
);

export const layerNormBackward = backward("layerNormBackward", tokens, (x, dOutput) => {
  const center = mean(x);
  const deviation = Math.sqrt(mean(x.map((value) => (value - center) ** 2)) + EPS);
  const y = x.map((value) => (value - center) / deviation);
  const average = mean(dOutput);
  const along = mean(dOutput.map((value, c) => value * y[c]));
  return dOutput.map((value, c) => (value - average - y[c] * along) / deviation);
});

export const rmsNormBackward = backward("rmsNormBackward", tokens, (x, dOutput) => {
  const size = Math.sqrt(mean(x.map((value) => value ** 2)) + EPS);
  const y = x.map((value) => value / size);
  const along = mean(dOutput.map((value, c) => value * y[c]));
  return dOutput.map((value, c) => (value - y[c] * along) / size);
});
