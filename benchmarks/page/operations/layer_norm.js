/**
 * LayerNorm over the last axis with gamma and beta, eps 1e-5.
 */
import { normals } from "../random.js";
import { checkRows, copyOnce, mean, tokens } from "./rows.js";

export const EPS = 1e-5;

export const name = "layerNorm";
export const cases = [tokens];
export const inputs = ({ rows, columns }) => ({
  x: normals(rows * columns, 1),
  gamma: normals(columns, 2),
  beta: normals(columns, 3),
});
export const traffic = copyOnce;
export const check = checkRows(({ x, gamma, beta }, begin, end) => {
  const row = Float64Array.from(x.subarray(begin, end));
  const center = mean(row);
  const deviation = Math.sqrt(mean(row.map((value) => (value - center) ** 2)) + EPS);
  return row.map((value, c) => ((value - center) / deviation) * gamma[c] + beta[c]);
});
