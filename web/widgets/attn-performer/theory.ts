import { softmaxAttention } from "../shared/matrices/softmax.js";
import { times } from "../shared/matrices/errors.js";
import type { Problem } from "./problem.js";

/**
 * The relative output error that one independent positive feature would have if errors were small: with m of them it is this
 * over √m. With a = q_i + k_j, b = q_i + k_l the covariance of two estimates over their means is e^(a.b) − 1, and the −1
 * cancels against Σ_j A_ij (v_j − o_i) = 0:
 *
 *   E ‖ô_i − o_i‖² ≈ (1/m) Σ_jl A_ij A_il (v_j − o_i).(v_l − o_i) e^(a.b).
 *
 * Cost: n³ d operations.
 */
export function errorOfOneFeature({ q, k, v, d, scale }: Problem): number {
  const n = q.data.length / d;
  const exact = softmaxAttention(q.data, k.data, d, scale);
  const output = times(exact, v.data, d);
  const centered = new Float64Array(n * d);
  const sums = new Float64Array(n * d);
  const root = Math.sqrt(scale);
  let [squares, norm] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const weight = exact.values[i * n + j] ?? 0;
      for (let c = 0; c < d; c++) {
        centered[j * d + c] = weight * ((v.data[j * d + c] ?? 0) - (output[i * d + c] ?? 0));
        sums[j * d + c] = root * ((q.data[i * d + c] ?? 0) + (k.data[j * d + c] ?? 0));
      }
    }
    for (let j = 0; j < n; j++) {
      for (let l = 0; l <= j; l++) {
        let [product, exponent] = [0, 0];
        for (let c = 0; c < d; c++) {
          product += (centered[j * d + c] ?? 0) * (centered[l * d + c] ?? 0);
          exponent += (sums[j * d + c] ?? 0) * (sums[l * d + c] ?? 0);
        }
        squares += (l < j ? 2 : 1) * product * Math.exp(exponent);
      }
    }
  }
  for (const value of output) norm += value * value;
  return Math.sqrt(squares / norm);
}
