import type { Tensor } from "attnlab";

/** Tokens [first, last) of a tensor [...L, n, d]. */
export function tokensOf({ data, shape }: Tensor, first: number, last: number): Tensor {
  const [n = 0, d = 0] = shape.slice(-2);
  const matrices = n * d === 0 ? 0 : data.length / (n * d);
  const parts = Array.from({ length: matrices }, (_, m) => [
    ...data.subarray((m * n + first) * d, (m * n + last) * d),
  ]).flat();
  return { data: Float32Array.from(parts), shape: [...shape.slice(0, -2), last - first, d] };
}
