/**
 * RMSNorm over the last axis with gamma, eps 1e-5.
 */
import { normals } from "../random.js";
import { EPS } from "./layer_norm.js";
import { checkRows, copyOnce, mean, tokens } from "./rows.js";

export const name = "rmsNorm";
export const cases = [tokens];
export const inputs = ({ rows, columns }) => ({ x: normals(rows * columns, 1), gamma: normals(columns, 2) });
export const traffic = copyOnce;
export const check = checkRows(({ x, gamma }, begin, end) => {
  const row = Float64Array.from(x.subarray(begin, end));
  const size = Math.sqrt(mean(row.map((value) => value ** 2)) + EPS);
  return row.map((value, c) => (value / size) * gamma[c]);
});
