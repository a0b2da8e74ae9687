import { haveCommonEntry } from "./common-entry.js";
import type { Shape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/** The entries of a plain tensor, if it has any and they are one row along its last axis. */
function readRow(value: unknown): Float32Array | undefined {
  const { data, shape } = value as Tensor;
  return typeof value === "object" &&
    data instanceof Float32Array &&
    Array.isArray(shape) &&
    data.length > 0 &&
    shape[shape.length - 1] === data.length
    ? data
    : undefined;
}

/**
 * Whether all entries of the two are numbers: of such, double holds every sum of products, and else none. Four products are
 * added to one another first, as each addition to the sum has to wait for the one before.
 */
function areNumbers(q: Float32Array, k: Float32Array): boolean {
  const term = (c: number): number => (q[c] as number) * (k[c] as number);
  let sum = 0;
  let c = 3;
  for (; c < q.length; c += 4) sum += term(c - 3) + term(c - 2) + (term(c - 1) + term(c));
  for (c -= 3; c < q.length; c++) sum += term(c);
  return Number.isFinite(sum);
}

/**
 * Whether `out` can be filled at once. Most arrays begin where their buffers do: if two such have an entry in common, then
 * the first, so that one change of it asks all three. An input that is not a number there counts as common: the general way
 * looks again.
 */
function isApart(out: Float32Array, q: Float32Array, k: Float32Array, v: Float32Array): boolean {
  const at = out.byteOffset;
  if (q.byteOffset !== at || k.byteOffset !== at || v.byteOffset !== at)
    return !haveCommonEntry(out, q) && !haveCommonEntry(out, k) && !haveCommonEntry(out, v);
  const first = out[0] as number;
  out[0] = NaN;
  const apart = q[0] === q[0] && k[0] === k[0] && v[0] === v[0];
  out[0] = first;
  return apart;
}

/** Whether the three have the same number of axes, two at least, and are of one row. */
function areOneRow(a: Shape, b: Shape, c: Shape): boolean {
  const rank = a.length;
  if (rank < 2 || b.length !== rank || c.length !== rank) return false;
  for (let axis = rank - 2; axis >= 0; axis--) if (a[axis] !== 1 || b[axis] !== 1 || c[axis] !== 1) return false;
  return true;
}

/**
 * The attention of one token to one key, all plain tensors, before WebAssembly would have been entered: a lone key weighs 1,
 * so that its value is the result. `undefined`, and nothing is written, for anything else.
 */
export function attendToLoneKey(
  qValue: unknown,
  kValue: unknown,
  vValue: unknown,
  target: unknown,
): Tensor | undefined {
  const q = readRow(qValue);
  const k = q && readRow(kValue);
  const v = k && readRow(vValue);
  if (!v || k.length !== q.length) return undefined;
  const { shape } = vValue as Tensor;
  if (!areOneRow((qValue as Tensor).shape, (kValue as Tensor).shape, shape)) return undefined;
  if (target === undefined) return areNumbers(q, k) ? { data: new Float32Array(v), shape: [...shape] } : undefined;
  const out = readRow(target);
  if (out?.length !== v.length || !areOneRow((target as Tensor).shape, shape, shape)) return undefined;
  if (!isApart(out, q, k, v) || !areNumbers(q, k)) return undefined;
  out.set(v);
  return target as Tensor;
}
