/**
 * Softmax over the last axis.
 */
import { softmaxOf } from "../double.js";
import { normals } from "../random.js";
import { checkRows, copyOnce } from "./rows.js";

export const name = "softmax";
export const cases = [{ label: "4096 x 1024", rows: 4096, columns: 1024, essential: true }];
export const inputs = ({ rows, columns }) => ({ x: normals(rows * columns, 1) });
export const traffic = copyOnce;
export const check = checkRows(({ x }, begin, end) => softmaxOf(Float64Array.from(x.subarray(begin, end))));
