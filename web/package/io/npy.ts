import { describe, refuse, refuseShape } from "../errors.js";
import type { AnyTensor } from "../resident.js";
import { formatShape, sizeOf } from "../shape.js";
import { floatArray, type Tensor } from "../tensor.js";
import { makeBytes, readBytes, readWritable, refuseFile } from "./bytes.js";
import * as elements from "./elements.js";
import { parsePythonLiteral } from "./python-literal.js";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"

/** More than any real header has (NumPy itself refuses above 10,000 bytes), less than what makes parsing slow. */
const LONGEST_HEADER = 1 << 20;

/** NumPy's own limit. */
const MOST_AXES = 64;

/** NumPy's letters for kinds and their sizes in bytes. */
const TYPES: Readonly<Record<string, elements.ElementType>> = {
  b1: elements.BOOLEAN,
  i1: elements.INT8,
  i2: elements.INT16,
  i4: elements.INT32,
  i8: elements.INT64,
  u1: elements.UINT8,
  u2: elements.UINT16,
  u4: elements.UINT32,
  u8: elements.UINT64,
  f2: elements.FLOAT16,
  f4: elements.FLOAT32,
  f8: elements.FLOAT64,
};

interface Header {
  type: elements.ElementType;
  littleEndian: boolean;
  fortranOrder: boolean;
  shape: number[];
  /** Where the elements begin. */
  start: number;
}

/**
 * Reads an array of NumPy's .npy format, versions 1, 2 and 3, as float32 in C order.
 *
 * bytes: the whole file. Elements: f2, f4, f8, i1 to i8, u1 to u8 and b1 of either byte order, in C or Fortran order; each
 * is rounded to the nearest float32 (f8 beyond its range becomes infinite).
 *
 * Throws TYPE if bytes are none, VALUE if they are no .npy file or a broken one, SHAPE if the sizes are no sizes or the file
 * ends before the last element, UNSUPPORTED for other elements (complex numbers, text, objects) and versions, MEMORY. Cost:
 * one pass. Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 *
 * @example
 * ```js
 * import { readNpy, writeNpy } from "attnlab/io";
 *
 * const bytes = writeNpy({ data: new Float32Array([1, 2, 3, 4]), shape: [2, 2] });
 * const tensor = readNpy(bytes);
 * console.log(tensor.shape, tensor.data); // [ 2, 2 ] Float32Array(4) [ 1, 2, 3, 4 ]
 * ```
 */
export function readNpy(bytes: ArrayBuffer | Uint8Array): Tensor {
  const operation = "readNpy";
  const file = readBytes(operation, bytes);
  const { type, littleEndian, fortranOrder, shape, start } = readHeader(operation, file);
  const size = sizeOf(shape);
  const available = file.length - start;
  if (size * type.bytes > available) {
    const expected = `${String(size * type.bytes)} for shape ${formatShape(shape)}`;
    refuse("SHAPE", operation, "bytes", String(available), expected, "the count of element bytes in bytes");
  }
  const data = floatArray(operation, "bytes", size);
  elements.readElements(type, file.subarray(start), littleEndian, data);
  return { data: fortranOrder && shape.length > 1 ? toCOrder(operation, data, shape) : data, shape };
}

function readHeader(operation: string, file: Uint8Array): Header {
  if (!MAGIC.every((byte, i) => file[i] === byte)) refuseFile(operation, "of another format", "an .npy file");
  const [version = 0, minor = 0] = file.subarray(6, 8);
  if (file.length >= 8 && (version < 1 || version > 3)) {
    refuse("UNSUPPORTED", operation, "bytes", `of version ${version}.${minor}`, "1, 2 or 3", "the format of bytes");
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const lengthEnd = version === 1 ? 10 : 12;
  if (file.length < lengthEnd) refuseFile(operation, "cut off", "a whole header");
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = lengthEnd + length;
  if (length > LONGEST_HEADER) refuseFile(operation, `broken: a header of ${String(length)} bytes`, "an .npy file");
  if (start > file.length) refuseFile(operation, "cut off", "a whole header");
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(file.slice(lengthEnd, start));
  const header = parsePythonLiteral(text);
  if (!(header instanceof Map)) refuseFile(operation, "broken: its header is no dictionary", "an .npy file");
  const fortranOrder = header.get("fortran_order");
  if (typeof fortranOrder !== "boolean") refuseFile(operation, "broken: no fortran_order", "an .npy file");
  return { ...readDescr(operation, header.get("descr")), fortranOrder, shape: readSizes(operation, header), start };
}

function readDescr(operation: string, descr: unknown): Pick<Header, "type" | "littleEndian"> {
  if (descr === undefined) refuseFile(operation, "broken: no descr", "an .npy file");
  const [, order, name = ""] = /^([<>|=])(\w+)$/.exec(typeof descr === "string" ? descr : "") ?? [];
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type === undefined) {
    const actual = typeof descr === "string" ? describe(descr) : "structured";
    refuse("UNSUPPORTED", operation, "bytes", actual, Object.keys(TYPES).join(", "), "the element type of bytes");
  }
  return { type, littleEndian: order !== ">" };
}

function readSizes(operation: string, header: ReadonlyMap<unknown, unknown>): number[] {
  const shape = header.get("shape");
  if (!Array.isArray(shape)) refuseFile(operation, "broken: no shape", "an .npy file");
  const sizes: unknown[] = shape;
  if (sizes.length > MOST_AXES)
    refuse("SHAPE", operation, "bytes", String(sizes.length), `<= ${String(MOST_AXES)}`, "the rank of bytes");
  if (!sizes.every((size): size is number => typeof size === "number")) {
    refuseFile(operation, "broken: its shape holds other things than sizes", "an .npy file");
  }
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    refuseShape(operation, "bytes", sizes, "whole sizes >= 0");
  }
  return sizes;
}

/** From the first axis running fastest to the last axis running fastest. */
function toCOrder(operation: string, source: Float32Array, shape: readonly number[]): Float32Array {
  const target = floatArray(operation, "bytes", source.length);
  const index = shape.map(() => 0);
  let faster = 1;
  const strides = shape.map((size) => {
    const stride = faster;
    faster *= size;
    return stride;
  });
  let at = 0;
  for (let i = 0; i < target.length; i++) {
    target[i] = source[at] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const position = (index[axis] ?? 0) + 1;
      at += stride;
      if (position < (shape[axis] ?? 0)) {
        index[axis] = position;
        break;
      }
      index[axis] = 0;
      at -= stride * position;
    }
  }
  return target;
}

/** Elements begin at a multiple of this. */
const ALIGNMENT = 64;
const PREFIX = 10;

/**
 * Writes a tensor or resident in NumPy's .npy format: version 1.0, little-endian float32, C order, the header padded so that
 * the elements begin at a multiple of 64 bytes. The same tensor gives the same bytes.
 *
 * Throws TYPE or SHAPE if `tensor` is none, DISPOSED, MEMORY. Cost: one pass.
 *
 * @example
 * ```js
 * import { writeFile, rm } from "node:fs/promises";
 * import { writeNpy } from "attnlab/io";
 *
 * const bytes = writeNpy({ data: new Float32Array([1, 2, 3]), shape: [3] });
 * await writeFile("vector.npy", bytes); // numpy.load("vector.npy")
 * await rm("vector.npy");
 * ```
 */
export function writeNpy(tensor: AnyTensor): Uint8Array<ArrayBuffer> {
  const operation = "writeNpy";
  const { data, shape } = readWritable(operation, "tensor", tensor);
  const sizes = shape.length === 1 ? `${String(shape[0])},` : shape.join(", ");
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((PREFIX + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const headerLength = start - PREFIX;
  if (headerLength > 0xffff) refuseShape(operation, "tensor", shape, "fewer axes: a header holds 65535 bytes");
  const bytes = makeBytes(operation, "tensor", start + 4 * data.length);
  bytes.set([...MAGIC, 1, 0, headerLength & 0xff, headerLength >> 8]);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(headerLength - 1)}\n`), PREFIX);
  elements.writeFloats(data, bytes, start);
  return bytes;
}
