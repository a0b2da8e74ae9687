import type { Engine } from "./engine.js";
import { aligned, type Heap } from "./heap.js";
import { ResidentTensor, type Resident } from "./resident.js";
import type { Tensor } from "./tensor.js";

/** One matrix. */
interface Matrix {
  shape: readonly number[];
  rows: number;
  columns: number;
  /** Its entries if it is no resident. */
  data: Float32Array | undefined;
  /** Its byte offset in the memory, 0 as long as it is elsewhere. */
  pointer: number;
}

/** `undefined` for anything but one matrix with entries, as a plain tensor or a resident of this engine. */
function readMatrix(engine: Engine, value: unknown): Matrix | undefined {
  let shape: readonly number[];
  let data: Float32Array | undefined;
  let pointer = 0;
  if (value instanceof ResidentTensor) {
    shape = value.sizes;
    pointer = value.pointer;
    if (pointer === 0 || value.engine !== engine) return undefined;
  } else {
    ({ data, shape } = value as Tensor);
    if (typeof value !== "object" || !(data instanceof Float32Array) || !Array.isArray(shape)) return undefined;
  }
  const rank = shape.length;
  const rows = shape[rank - 2] as number;
  const columns = shape[rank - 1] as number;
  for (let axis = 0; axis < rank - 2; axis++) if (shape[axis] !== 1) return undefined;
  const whole = rows >>> 0 === rows && columns >>> 0 === columns;
  const fits = whole && rows * columns > 0 && (!data || data.length === rows * columns);
  return fits ? { shape, rows, columns, data, pointer } : undefined;
}

/**
 * Whether the two may share a byte: whether they lie in the same buffer, or are the same resident. To ask an array for its
 * buffer takes as long as to copy a hundred of its entries, so that the caller has asked for that of `out`, its `home`.
 */
const mayOverlap = (heap: Heap, home: unknown, out: Matrix, input: Matrix): boolean =>
  out.data || input.data ? (input.data?.buffer ?? heap.buffer) === home : input.pointer === out.pointer;

/** The shape with another last size. Spreading it would take as long as the attention of one token. */
function withLast(shape: readonly number[], size: number): number[] {
  const own = [...shape];
  own[own.length - 1] = size;
  return own;
}

/** Whether a logit is a number, and nothing on the way to it is beyond float32, in whatever order its terms are added. */
function isLogit(query: Float32Array, key: Float32Array): boolean {
  let sum = 0;
  for (let c = 0; c < query.length; c++) sum += Math.abs((query[c] as number) * (key[c] as number));
  return sum < 1e38;
}

/**
 * The short way of attention for its commonest call, which is over before the general way has read the options: one matrix
 * of each kind, and no options but `causal` and `out`. What it gives is the same, bit for bit. It gives `undefined`, and
 * nothing but the staging block is written, wherever it finds anything else or something goes wrong: the general way alone
 * knows what is refused, and in which words.
 */
export function attendAtOnce(
  engine: Engine,
  qValue: unknown,
  kValue: unknown,
  vValue: unknown,
  options: unknown = {},
): Tensor | Resident | undefined {
  try {
    if ((options as object | null)?.constructor !== Object) return undefined;
    const given = options as Readonly<Record<string, unknown>>;
    // By name, as the general way reads them: the loop below does not see a property that is hidden from loops.
    const { causal = false, out: target, scale, window, mask, bias, groupedHeads } = given;
    if (typeof causal !== "boolean" || (scale ?? window ?? mask ?? bias ?? groupedHeads) !== undefined)
      return undefined;
    for (const key in given) if (key !== "causal" && key !== "out" && given[key] !== undefined) return undefined;
    const q = readMatrix(engine, qValue);
    const k = readMatrix(engine, kValue);
    const v = readMatrix(engine, vValue);
    if (!q || !k || !v) return undefined;
    const { rows: nQ, columns: d, shape } = q;
    const { rows: nK } = k;
    const { columns: dV } = v;
    const rank = shape.length;
    if (k.columns !== d || v.rows !== nK || k.shape.length !== rank || v.shape.length !== rank) return undefined;
    const { heap, kernels } = engine;
    let out: Matrix | undefined;
    if (target !== undefined) {
      out = readMatrix(engine, target);
      if (out?.rows !== nQ || out.columns !== dV || out.shape.length !== rank) return undefined;
      const home = out.data?.buffer ?? heap.buffer;
      if (mayOverlap(heap, home, out, q) || mayOverlap(heap, home, out, k) || mayOverlap(heap, home, out, v))
        return undefined;
    }

    // A lone key weighs 1: its value is the result, before WebAssembly would have been entered.
    if (nQ + nK === 2 && q.data && k.data && v.data && (!out || out.data) && isLogit(q.data, k.data)) {
      if (!out) return { data: new Float32Array(v.data), shape: withLast(shape, dV) };
      out.data?.set(v.data);
      return target as Tensor;
    }
    let next = heap.staging;
    const end = next + heap.stagingBytes;
    // Residents alone are not gone over: that would be a tenth of the smallest call.
    if (q.data || k.data || v.data) {
      for (const input of [q, k, v]) {
        if (!input.data) continue;
        input.pointer = next;
        next += aligned(4 * input.data.length);
        if (next > end) return undefined;
        heap.floats.set(input.data, input.pointer / 4);
      }
    }
    const size = nQ * dV;
    let at = out?.pointer ?? 0;
    if (at === 0) {
      at = next;
      next += aligned(4 * size);
    }
    if (next > end) return undefined;
    if (!kernels.attentionAtOnce(q.pointer, k.pointer, v.pointer, at, nQ, nK, d, dV, causal, next, end))
      return undefined;
    if (!out) return { data: heap.floats.slice(at / 4, at / 4 + size), shape: withLast(shape, dV) };
    out.data?.set(heap.floats.subarray(at / 4, at / 4 + size));
    return target as Tensor | Resident;
  } catch {
    engine.kernels.restoreStack();
    return undefined;
  }
}
