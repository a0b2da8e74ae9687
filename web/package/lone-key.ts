import { haveCommonEntry } from "./common-entry.js";
import type { Tensor } from "./tensor.js";

/** The entries of a plain tensor that is one token: all of its sizes but the last are 1. */
function readToken(value: unknown): Float32Array | undefined {
  const { data, shape } = value as Tensor;
  if (typeof value !== "object" || !(data instanceof Float32Array) || !Array.isArray(shape)) return undefined;
  const last = shape.length - 1;
  for (let axis = 0; axis < last; axis++) if (shape[axis] !== 1) return undefined;
  return last > 0 && data.length > 0 && shape[last] === data.length ? data : undefined;
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
 * The attention of one token to one key, all plain tensors, before WebAssembly would have been entered: a lone key weighs 1,
 * so that its value is the result. `undefined`, and nothing is written, for anything else.
 */
export function attendToLoneKey(
  qValue: unknown,
  kValue: unknown,
  vValue: unknown,
  target: unknown,
): Tensor | undefined {
  const q = readToken(qValue);
  const k = q && readToken(kValue);
  const v = k && readToken(vValue);
  if (!v || k.length !== q.length) return undefined;
  const { shape } = vValue as Tensor;
  const rank = shape.length;
  if ((qValue as Tensor).shape.length !== rank || (kValue as Tensor).shape.length !== rank) return undefined;
  if (target === undefined) return areNumbers(q, k) ? { data: new Float32Array(v), shape: [...shape] } : undefined;
  const out = readToken(target);
  if (out?.length !== v.length || (target as Tensor).shape.length !== rank) return undefined;
  if (haveCommonEntry(out, q) || haveCommonEntry(out, k) || haveCommonEntry(out, v) || !areNumbers(q, k))
    return undefined;
  out.set(v);
  return target as Tensor;
}
