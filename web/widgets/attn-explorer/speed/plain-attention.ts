import type { TensorLike } from "../../../package/index.js";

/** Attention as one would write it first: three loops in JavaScript over Float32Arrays, softmax row by row. */
export function plainAttention(q: TensorLike, k: TensorLike, v: TensorLike): Float32Array {
  const [n = 0, d = 0] = q.shape;
  const scale = 1 / Math.sqrt(d);
  const out = new Float32Array(n * d);
  const row = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let most = -Infinity;
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += (q.data[i * d + c] as number) * (k.data[j * d + c] as number);
      row[j] = sum * scale;
      most = Math.max(most, sum * scale);
    }
    let total = 0;
    for (let j = 0; j < n; j++) {
      const weight = Math.exp((row[j] as number) - most);
      row[j] = weight;
      total += weight;
    }
    for (let j = 0; j < n; j++) {
      const weight = (row[j] as number) / total;
      for (let c = 0; c < d; c++) out[i * d + c] = (out[i * d + c] as number) + weight * (v.data[j * d + c] as number);
    }
  }
  return out;
}
