import { describe, refuse, refuseShape } from "../errors.js";
import type { AnyTensor } from "../resident.js";
import { isOptionsObject, readOptions, type Reader } from "../options.js";
import { formatShape, sizeOf } from "../shape.js";
import { floatArray, type Tensor, type TensorLike } from "../tensor.js";
import { makeBytes, readBytes, readWritable, refuseFile } from "./bytes.js";
import * as elements from "./elements.js";

const TYPES: Readonly<Record<string, elements.ElementType>> = {
  F64: elements.FLOAT64,
  F32: elements.FLOAT32,
  F16: elements.FLOAT16,
  BF16: elements.BFLOAT16,
  I8: elements.INT8,
  I16: elements.INT16,
  I32: elements.INT32,
  I64: elements.INT64,
  U8: elements.UINT8,
  U16: elements.UINT16,
  U32: elements.UINT32,
  U64: elements.UINT64,
  BOOL: elements.BOOLEAN,
};

const METADATA = "__metadata__";

/** Bytes of the length before the header. */
const PREFIX = 8;

/** A file of the safetensors format. */
export interface Safetensors {
  /** The tensors by name, as float32. */
  tensors: Record<string, Tensor>;
  /** The texts under `__metadata__`. */
  metadata: Record<string, string>;
}

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Texts by name, written under `__metadata__`. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** A tensor as the header describes it. */
interface Entry {
  name: string;
  type: elements.ElementType;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * Reads a file of the safetensors format. Every tensor becomes float32; the names stay as they are.
 *
 * bytes: the whole file. Elements: F64, F32, F16, BF16, I8 to I64, U8 to U64, BOOL; each is rounded to the nearest float32.
 *
 * Throws TYPE if bytes are none; VALUE for a broken file: a header that is cut off or no JSON, tensors that overlap, leave
 * gaps or end outside of the file, metadata that is no text; SHAPE where shape and data disagree; UNSUPPORTED for other
 * elements; MEMORY. Cost: one pass. Format: github.com/huggingface/safetensors.
 *
 * @example
 * ```js
 * import { readSafetensors, writeSafetensors } from "attnlab/io";
 *
 * const q = { data: new Float32Array(6), shape: [2, 3] };
 * const { tensors, metadata } = readSafetensors(writeSafetensors({ q }, { metadata: { layer: "3" } }));
 * console.log(tensors.q.shape, metadata.layer); // [ 2, 3 ] 3
 * ```
 */
export function readSafetensors(bytes: ArrayBuffer | Uint8Array): Safetensors {
  const operation = "readSafetensors";
  const file = readBytes(operation, bytes);
  const { header, body } = splitFile(operation, file);
  const metadata = readMetadata(operation, Object.hasOwn(header, METADATA) ? header[METADATA] : {});
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => readEntry(operation, name, value));
  requireFullCover(operation, entries, body.length);
  const tensors = entries.map(({ name, type, shape, begin, end }): [string, Tensor] => {
    const data = floatArray(operation, "bytes", sizeOf(shape));
    elements.readElements(type, body.subarray(begin, end), true, data);
    return [name, { data, shape }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

function splitFile(operation: string, file: Uint8Array): { header: Record<string, unknown>; body: Uint8Array } {
  if (file.length < PREFIX) refuseFile(operation, "cut off", "a safetensors file");
  const length = elements.UINT64.read(new DataView(file.buffer, file.byteOffset, PREFIX), 0, true);
  if (length > file.length - PREFIX) refuseFile(operation, "cut off", "a whole header");
  const header = parseJson(file.slice(PREFIX, PREFIX + length));
  if (!isOptionsObject(header)) refuseFile(operation, "broken: its header is no JSON object", "a safetensors file");
  return { header, body: file.subarray(PREFIX + length) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function readMetadata(operation: string, metadata: unknown): Record<string, string> {
  if (!isOptionsObject(metadata) || !isTexts(metadata)) {
    refuseFile(operation, "broken: its metadata are no texts", "a safetensors file");
  }
  return metadata;
}

const isTexts = (object: Record<string, unknown>): object is Record<string, string> =>
  Object.values(object).every((value) => typeof value === "string");

function readEntry(operation: string, name: string, value: unknown): Entry {
  const broken = (what: string): never =>
    refuseFile(operation, `broken: tensor ${describe(name)} has ${what}`, "a safetensors file");
  if (!isOptionsObject(value)) return broken("no description");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") return broken("no dtype");
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (type === undefined) {
    const subject = `the dtype of tensor ${describe(name)} in bytes`;
    refuse("UNSUPPORTED", operation, "bytes", describe(dtype), Object.keys(TYPES).join(", "), subject);
  }
  if (!isNumbers(shape)) return broken("no shape");
  const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;
  if (!shape.every(isSize)) refuseShape(operation, "bytes", shape, `whole sizes >= 0 for tensor ${describe(name)}`);
  if (!isNumbers(offsets) || offsets.length !== 2 || !offsets.every(isSize)) return broken("no data_offsets");
  const [begin = 0, end = 0] = offsets;
  if (end < begin) return broken("an end before its begin");
  if (sizeOf(shape) * type.bytes !== end - begin) {
    const expected = `${String(sizeOf(shape) * type.bytes)} for shape ${formatShape(shape)}`;
    const subject = `the count of bytes of tensor ${describe(name)} in bytes`;
    refuse("SHAPE", operation, "bytes", String(end - begin), expected, subject);
  }
  return { name, type, shape, begin, end };
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === "number");

/** Every byte of the data belongs to exactly one tensor. */
function requireFullCover(operation: string, entries: readonly Entry[], length: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const what = begin < covered ? "overlaps another" : "leaves a gap before it";
      refuseFile(operation, `broken: tensor ${describe(name)} ${what}`, "a safetensors file");
    }
    covered = end;
  }
  if (covered > length) refuseFile(operation, "cut off", `${String(covered)} bytes of data`);
  if (covered < length) refuseFile(operation, "broken: bytes follow the last tensor", "a safetensors file");
}

/**
 * Writes tensors and residents in the safetensors format, as F32, little-endian, sorted by name; the header is padded so
 * that the data begin at a multiple of 8 bytes. Equal tensors and texts give equal bytes.
 *
 * Throws TYPE for other things than tensors by name and texts by name, SHAPE, VALUE (an unknown option; a tensor named
 * `__metadata__`), DISPOSED, MEMORY. Cost: one pass.
 *
 * @example
 * ```js
 * import { readSafetensors, writeSafetensors } from "attnlab/io";
 *
 * const q = { data: new Float32Array([1, 2]), shape: [1, 2] };
 * const k = { data: new Float32Array([3, 4]), shape: [1, 2] };
 * const bytes = writeSafetensors({ q, k }, { metadata: { model: "none" } });
 * console.log(Object.keys(readSafetensors(bytes).tensors)); // [ 'k', 'q' ]
 * ```
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, AnyTensor>>,
  options?: WriteSafetensorsOptions,
): Uint8Array<ArrayBuffer> {
  const operation = "writeSafetensors";
  const entries = readTensors(operation, tensors);
  const { metadata } = readOptions(operation, options, { metadata: readTexts });

  let end = 0;
  const described = entries.map(([name, { data, shape }]): [string, unknown] => {
    const begin = end;
    end += 4 * data.length;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
  });
  const header = { ...(metadata && { [METADATA]: metadata }), ...Object.fromEntries(described) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((PREFIX + text.length) / 8) * 8;

  const bytes = makeBytes(operation, "tensors", start + end);
  new DataView(bytes.buffer).setUint32(0, start - PREFIX, true);
  bytes.fill(0x20, PREFIX + text.length, start); // spaces, as the format asks for
  bytes.set(text, PREFIX);
  let at = start;
  for (const [, { data }] of entries) {
    elements.writeFloats(data, bytes, at);
    at += 4 * data.length;
  }
  return bytes;
}

function readTensors(operation: string, tensors: unknown): [string, TensorLike][] {
  if (!isOptionsObject(tensors)) refuse("TYPE", operation, "tensors", describe(tensors), "an object of tensors");
  return Object.entries(tensors)
    .map(([name, value]): [string, TensorLike] => {
      if (name === METADATA) refuse("VALUE", operation, "tensors", describe(name), "another name", "a name in tensors");
      return [name, readWritable(operation, "tensors", value)];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The metadata option; nothing is written for an empty one. */
const readTexts: Reader<Record<string, string> | undefined> = (operation, key, metadata) => {
  if (metadata === undefined) return undefined;
  if (!isOptionsObject(metadata)) refuse("TYPE", operation, key, describe(metadata), "an object of texts");
  if (!isTexts(metadata)) refuse("TYPE", operation, key, "an object with other things", "an object of texts");
  return Object.keys(metadata).length === 0 ? undefined : metadata;
};
