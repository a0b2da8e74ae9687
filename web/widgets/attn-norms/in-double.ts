import type { Options } from "./norms.js";
import type { NormName } from "./schema.js";

export interface Problem {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  readonly slices: readonly number[];
  readonly norm: NormName;
  readonly center: boolean;
  readonly options: Options;
  readonly channels: number;
}

/** The norms and their gradients once more, in double precision and the plainest form: what the kernels are held against. */
export function inDouble(problem: Problem): { y: Float64Array; dx: Float64Array } {
  const { x, dy, slices, norm, center, channels, options } = problem;
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  // l2Norm has no eps of its own here.
  const eps = norm === "l2" ? 0 : (options.eps ?? 1e-5);
  const members = new Map<number, number[]>();
  slices.forEach((slice, index) => members.set(slice, [...(members.get(slice) ?? []), index]));
  for (const indices of members.values()) {
    const count = indices.length;
    const average = (of: (index: number) => number): number =>
      indices.reduce((sum, index) => sum + of(index), 0) / count;
    const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;
    const stored = (indices[0] ?? 0) % channels;
    const isStored = options.mean !== undefined;
    const mean = options.mean ? (center ? at(options.mean.data, stored) : 0) : center ? average((i) => at(x, i)) : 0;
    const spread = options.variance
      ? at(options.variance.data, stored)
      : average((i) => (at(x, i) - mean) ** 2) * (norm === "l2" ? count : 1);
    const divisor = Math.sqrt(spread + eps);
    const quotient = (value: number): number => (divisor === 0 ? 0 : value / divisor);
    for (const i of indices) y[i] = quotient(at(x, i) - mean);
    const along = isStored ? 0 : average((i) => at(dy, i) * at(y, i)) * (norm === "l2" ? count : 1);
    const common = center && !isStored ? average((i) => at(dy, i)) : 0;
    for (const i of indices) dx[i] = quotient(at(dy, i) - common - at(y, i) * along);
  }
  return { y, dx };
}
