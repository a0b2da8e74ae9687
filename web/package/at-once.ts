import { haveCommonEntry } from "./common-entry.js";
import type { Engine } from "./engine.js";
import { aligned, type Heap } from "./heap.js";
import { attendToLoneKey } from "./lone-key.js";
import { ResidentTensor, type Resident } from "./resident.js";
import type { Tensor } from "./tensor.js";

/** One matrix: a plain tensor's, or a resident, which is one as it stands. */
interface Matrix {
  sizes: readonly number[];
  rows: number;
  columns: number;
  /** Its entries if it is no resident. */
  data?: Float32Array;
  /** Its byte offset in the memory, 0 as long as it is elsewhere. */
  pointer: number;
}

/** Whether it is a resident of this engine that is one matrix with entries. */
const isMatrixOf = (engine: Engine, value: unknown): value is ResidentTensor =>
  value instanceof ResidentTensor && value.rows > 0 && value.pointer !== 0 && value.engine === engine;

/** `undefined` for anything but one matrix with entries, as a plain tensor or a resident of this engine. */
function readMatrix(engine: Engine, value: unknown): Matrix | undefined {
  if (isMatrixOf(engine, value)) return value;
  const { data, shape: sizes } = value as Tensor;
  if (typeof value !== "object" || !(data instanceof Float32Array) || !Array.isArray(sizes)) return undefined;
  const rank = sizes.length;
  const rows = sizes[rank - 2] as number;
  const columns = sizes[rank - 1] as number;
  for (let axis = 0; axis < rank - 2; axis++) if (sizes[axis] !== 1) return undefined;
  const whole = rows >>> 0 === rows && columns >>> 0 === columns;
  return whole && rows * columns > 0 && data.length === rows * columns
    ? { sizes, rows, columns, data, pointer: 0 }
    : undefined;
}

/** Whether these can be the operands of attention. */
function agree(q: Matrix, k: Matrix, v: Matrix): boolean {
  const rank = q.sizes.length;
  return k.columns === q.columns && v.rows === k.rows && k.sizes.length === rank && v.sizes.length === rank;
}

/** Whether it has the sizes of the result. */
const isResult = (out: Matrix, q: Matrix, v: Matrix): boolean =>
  out.rows === q.rows && out.columns === v.columns && out.sizes.length === q.sizes.length;

/** Whether the two may share a byte. */
function mayOverlap(heap: Heap, out: Matrix, input: Matrix): boolean {
  if (out.data) return haveCommonEntry(out.data, input.data ?? heap.floats);
  return input.data ? input.data.buffer === heap.buffer : input.pointer === out.pointer;
}

/** The shape with another last size. Spreading it would take as long as the attention of one token. */
function withLast(shape: readonly number[], size: number): number[] {
  const own = [...shape];
  own[own.length - 1] = size;
  return own;
}

/** Puts a matrix that is no resident into the memory, from `at` on; gives where the next one may begin. */
function put(floats: Float32Array, matrix: Matrix, at: number): number {
  const { data } = matrix;
  if (!data) return at;
  matrix.pointer = at;
  floats.set(data, at / 4);
  return at + aligned(4 * data.length);
}

/** The bytes that it takes there. */
const roomFor = ({ data }: Matrix): number => (data ? aligned(4 * data.length) : 0);

/** Runs the kernel, with what is left of the staging block from `scratch` on as its workspace; 0 if that is too small. */
const run = (engine: Engine, q: Matrix, k: Matrix, v: Matrix, out: number, causal: boolean, scratch: number): number =>
  engine.kernels.attentionAtOnce(
    q.pointer,
    k.pointer,
    v.pointer,
    out,
    q.rows,
    k.rows,
    q.columns,
    v.columns,
    causal,
    scratch,
    engine.heap.staging + engine.heap.stagingBytes,
  );

/** Attention from residents to a resident; `undefined` for anything else. */
function attendInMemory(engine: Engine, q: unknown, k: unknown, v: unknown, out: unknown, causal: boolean) {
  if (!isMatrixOf(engine, q) || !isMatrixOf(engine, k) || !isMatrixOf(engine, v) || !isMatrixOf(engine, out))
    return undefined;
  const { pointer } = out;
  const inPlace = pointer === q.pointer || pointer === k.pointer || pointer === v.pointer;
  if (inPlace || !agree(q, k, v) || !isResult(out, q, v)) return undefined;
  return run(engine, q, k, v, pointer, causal, engine.heap.staging) ? out : undefined;
}

/** Attention by way of the staging block, where plain tensors are put. */
function attendByStaging(
  engine: Engine,
  qValue: unknown,
  kValue: unknown,
  vValue: unknown,
  target: unknown,
  causal: boolean,
): Tensor | Resident | undefined {
  const q = readMatrix(engine, qValue);
  const k = readMatrix(engine, kValue);
  const v = readMatrix(engine, vValue);
  if (!q || !k || !v || !agree(q, k, v)) return undefined;
  const { heap } = engine;
  let out: Matrix | undefined;
  if (target !== undefined) {
    out = readMatrix(engine, target);
    if (!out || !isResult(out, q, v)) return undefined;
    if (mayOverlap(heap, out, q) || mayOverlap(heap, out, k) || mayOverlap(heap, out, v)) return undefined;
  }
  const size = q.rows * v.columns;
  const { floats, staging, stagingBytes } = heap;
  const resident = out?.pointer ?? 0;
  const room = resident === 0 ? aligned(4 * size) : 0;
  if (roomFor(q) + roomFor(k) + roomFor(v) + room > stagingBytes) return undefined;
  const next = put(floats, v, put(floats, k, put(floats, q, staging)));
  if (!run(engine, q, k, v, resident === 0 ? next : resident, causal, next + room)) return undefined;
  const start = next / 4;
  if (!out) return { data: floats.slice(start, start + size), shape: withLast(q.sizes, v.columns) };
  out.data?.set(floats.subarray(start, start + size));
  return target as Tensor | Resident;
}

/**
 * The short way of attention for its commonest call, which is over before the general way has read the options: one matrix
 * of each kind, and no options but `causal` and `out`. What it gives is the same, bit for bit. It gives `undefined`, and
 * nothing but the staging block is written, wherever it finds anything else or something goes wrong: the general way alone
 * knows what is refused, and in which words.
 */
export function attendAtOnce(
  engine: Engine,
  q: unknown,
  k: unknown,
  v: unknown,
  options?: unknown,
): Tensor | Resident | undefined {
  try {
    let causal = false;
    let target: unknown;
    if (options !== undefined) {
      if (options?.constructor !== Object) return undefined;
      const given = options as Readonly<Record<string, unknown>>;
      for (const key in given) if (key !== "causal" && key !== "out" && given[key] !== undefined) return undefined;
      // By name, as the general way reads them: the loop has not seen a property that is hidden from loops.
      if ((given.scale ?? given.window ?? given.mask ?? given.bias ?? given.groupedHeads) !== undefined)
        return undefined;
      const { causal: flag = false } = given;
      if (typeof flag !== "boolean") return undefined;
      causal = flag;
      target = given.out;
    }
    return (
      attendInMemory(engine, q, k, v, target, causal) ??
      attendToLoneKey(q, k, v, target) ??
      attendByStaging(engine, q, k, v, target, causal)
    );
  } catch {
    engine.kernels.restoreStack();
    return undefined;
  }
}
