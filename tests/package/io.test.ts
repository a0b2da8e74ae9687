import { AttnlabError, load, type Code, type Tensor } from "attnlab";
import { readNpy, readSafetensors, writeNpy, writeSafetensors } from "attnlab/io";
import { describe, expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectRefusal, thrownBy } from "./support/errors.js";
import { fixture, fixtureJson, numbers, type Word } from "./support/fixtures.js";
import { makeRandom, randomInt, randomTensor } from "./support/random.js";

interface Listing {
  npy: { file: string; shape: number[]; values: Word[] }[];
  safetensors: {
    file: string;
    metadata: Record<string, string>;
    tensors: Record<string, { dtype: string; shape: number[]; values: Word[] }>;
  }[];
  refused: { file: string; format: "npy" | "safetensors"; kind: "unsupported" | "malformed"; reason: string }[];
  either: { file: string; format: "npy" | "safetensors"; reason: string }[];
}

const listing = fixtureJson("io/io.json") as Listing;
const readers = { npy: readNpy, safetensors: readSafetensors } as const;

/** Entries must be the same numbers, -0 and 0 told apart. */
function expectEntries(actual: Tensor | undefined, shape: readonly number[], values: readonly Word[]): void {
  expect(actual?.shape).toEqual(shape);
  expect(Array.from(actual?.data ?? [])).toEqual(numbers(values));
}

describe("files that NumPy wrote", () => {
  test.each(listing.npy)("$file", ({ file, shape, values }) => {
    const bytes = fixture(`io/${file}`);
    expectEntries(readNpy(bytes), shape, values);
    expectEntries(readNpy(bytes.slice().buffer), shape, values);
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes, 3);
    expectEntries(readNpy(padded.subarray(3)), shape, values);
  });
});

describe("files that the safetensors package wrote", () => {
  test.each(listing.safetensors)("$file", ({ file, metadata, tensors }) => {
    const bytes = fixture(`io/${file}`);
    const read = readSafetensors(bytes);
    expect(read.metadata).toEqual(metadata);
    expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      const tensor = Object.getOwnPropertyDescriptor(read.tensors, name)?.value as Tensor | undefined;
      expectEntries(tensor, shape, values);
    }
    const padded = new Uint8Array(bytes.length + 5);
    padded.set(bytes, 5);
    expect(readSafetensors(padded.subarray(5))).toEqual(read);
  });
});

describe("broken files", () => {
  test.each(listing.refused)("$file: $reason", ({ file, format, kind }) => {
    const error = thrownBy(() => readers[format](fixture(`io/${file}`)));
    expect(error).toBeInstanceOf(AttnlabError);
    const { code, operation, argument } = error as AttnlabError;
    expect(operation).toBe(format === "npy" ? "readNpy" : "readSafetensors");
    expect(argument).toBe("bytes");
    const codes: Code[] = kind === "unsupported" ? ["UNSUPPORTED"] : ["VALUE", "SHAPE"];
    expect(codes).toContain(code);
  });

  test.each(listing.either)("$file: $reason", ({ file, format }) => {
    const error = thrownBy(() => readers[format](fixture(`io/${file}`)));
    expect(error === undefined || error instanceof AttnlabError).toBe(true);
  });

  test.each(["npy", "safetensors"] as const)(
    "%s: every cut and many changed bytes give a tensor or a refusal",
    (format) => {
      const random = makeRandom(31);
      const sources =
        format === "npy"
          ? ["shape_2_3_4_fortran.npy", "f2_big.npy"]
          : ["every_dtype.safetensors", "metadata.safetensors"];
      for (const source of sources) {
        const bytes = fixture(`io/${source}`);
        const attempt = (changed: Uint8Array): void => {
          const error = thrownBy(() => readers[format](changed));
          if (error !== undefined) expect(error).toBeInstanceOf(AttnlabError);
        };
        for (let length = 0; length < bytes.length; length++) attempt(bytes.subarray(0, length));
        for (let round = 0; round < 3000; round++) {
          const changed = bytes.slice();
          for (let i = randomInt(random, 1, 4); i > 0; i--) {
            changed[randomInt(random, 0, Math.min(bytes.length, 600) - 1)] = randomInt(random, 0, 255);
          }
          attempt(changed);
        }
      }
    },
  );

  test("what is no bytes is refused", () => {
    for (const value of [
      undefined,
      null,
      "bytes",
      5,
      [1, 2],
      {},
      new Float32Array(4),
      new DataView(new ArrayBuffer(9)),
    ]) {
      const refused = { code: "TYPE", argument: "bytes" } as const;
      expectRefusal(() => readNpy(value as never), { ...refused, operation: "readNpy" });
      expectRefusal(() => readSafetensors(value as never), { ...refused, operation: "readSafetensors" });
    }
  });
});

describe("every value of the small types", () => {
  const header = (dtype: string, count: number, bytes: number): Uint8Array => {
    const text = JSON.stringify({ x: { dtype, shape: [count], data_offsets: [0, count * bytes] } });
    const file = new Uint8Array(8 + text.length + count * bytes);
    new DataView(file.buffer).setUint32(0, text.length, true);
    file.set(new TextEncoder().encode(text), 8);
    return file;
  };

  test("float16 is exact", () => {
    const file = header("F16", 65536, 2);
    const view = new DataView(file.buffer, file.length - 131072);
    for (let bits = 0; bits < 65536; bits++) view.setUint16(2 * bits, bits, true);
    const { data } = readSafetensors(file).tensors.x ?? expect.fail();
    for (let bits = 0; bits < 65536; bits++) {
      const [exponent, fraction, sign] = [(bits >> 10) & 31, bits & 1023, bits & 32768 ? -1 : 1];
      const size = exponent === 0 ? fraction / 2 ** 24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
      const expected = exponent === 31 ? (fraction ? NaN : sign * Infinity) : sign * size;
      expect(Object.is(data[bits], expected)).toBe(true);
    }
  });

  test("bfloat16 is the upper half of a float32", () => {
    const file = header("BF16", 65536, 2);
    const view = new DataView(file.buffer, file.length - 131072);
    for (let bits = 0; bits < 65536; bits++) view.setUint16(2 * bits, bits, true);
    const { data } = readSafetensors(file).tensors.x ?? expect.fail();
    const expected = new Float32Array(Uint32Array.from({ length: 65536 }, (_, bits) => bits << 16).buffer);
    for (let bits = 0; bits < 65536; bits++) expect(Object.is(data[bits], expected[bits])).toBe(true);
  });

  test("64-bit whole numbers are rounded once, to the nearest float32", () => {
    const random = makeRandom(77);
    const drawn = Array.from({ length: 4000 }, () => {
      const bits = randomInt(random, 1, 64);
      const word = (BigInt(randomInt(random, 0, 2 ** 32 - 1)) << 32n) | BigInt(randomInt(random, 0, 2 ** 32 - 1));
      return word >> BigInt(64 - bits);
    });
    // Halfway between two float32, and one to either side: where rounding twice goes wrong.
    const hard = [24, 30, 40, 53, 54, 60, 62].flatMap((bit) => {
      const half = (1n << BigInt(bit + 1)) + (1n << BigInt(bit - 23));
      return [half - 1n, half, half + 1n, half + (1n << BigInt(bit - 22))];
    });
    const edges = [0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n + 1n];
    const values = [...drawn, ...hard, ...edges].map((value) => BigInt.asUintN(64, value));

    /** Nearest float32, ties to even, by whole-number arithmetic. */
    const nearest = (value: bigint): number => {
      const size = value < 0n ? -value : value;
      const drop = BigInt(Math.max(0, size.toString(2).length - 24));
      const kept = size >> drop;
      const rest = size - (kept << drop);
      const half = drop === 0n ? 0n : 1n << (drop - 1n);
      const up = drop > 0n && (rest > half || (rest === half && (kept & 1n) === 1n)) ? 1n : 0n;
      return Number((kept + up) << drop) * (value < 0n ? -1 : 1);
    };
    for (const [dtype, read] of [
      ["U64", (v: bigint) => v],
      ["I64", (v: bigint) => BigInt.asIntN(64, v)],
    ] as const) {
      const file = header(dtype, values.length, 8);
      const view = new DataView(file.buffer, file.length - 8 * values.length);
      values.forEach((value, i) => {
        view.setBigUint64(8 * i, value, true);
      });
      const { data } = readSafetensors(file).tensors.x ?? expect.fail();
      values.forEach((value, i) => {
        expect(data[i]).toBe(nearest(read(value)));
      });
    }
  });
});

describe("writing", () => {
  const random = makeRandom(8);
  const shapes = [[], [0], [1], [7], [2, 3], [0, 3], [3, 0, 2], [2, 1, 3, 4]];

  test("writeNpy writes what NumPy writes", () => {
    for (const [file, shape] of [
      ["shape_2_3_4.npy", [2, 3, 4]],
      ["shape_scalar.npy", []],
      ["shape_3.npy", [3]],
      ["shape_0_3.npy", [0, 3]],
    ] as const) {
      const bytes = fixture(`io/${file}`);
      const tensor = readNpy(bytes);
      expect(tensor.shape).toEqual(shape);
      const written = writeNpy(tensor);
      const text = (source: Uint8Array): string =>
        Buffer.from(source.subarray(10, 128)).toString("latin1").replace(/\s+$/, "");
      expect(text(written).slice(0, 60)).toBe(text(bytes).slice(0, 60));
      expect(Buffer.compare(written.subarray(128), bytes.subarray(128))).toBe(0);
    }
  });

  test.each(shapes.map((shape) => ({ shape })))("writeNpy and readNpy are inverse, shape $shape", ({ shape }) => {
    const tensor = randomTensor(random, shape);
    const bytes = writeNpy(tensor);
    expect(Array.from(bytes.subarray(0, 8))).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
    const start = 10 + new DataView(bytes.buffer).getUint16(8, true);
    expect(start % 64).toBe(0);
    expect(bytes.length).toBe(start + 4 * tensor.data.length);
    expect(bytes[start - 1]).toBe(0x0a);
    const read = readNpy(bytes);
    expect(read.shape).toEqual(shape);
    expectSameBits(read.data, tensor.data);
  });

  test("writeSafetensors and readSafetensors are inverse", () => {
    const tensors = Object.fromEntries(shapes.map((shape, i) => [`层.${9 - i}`, randomTensor(random, shape)]));
    const metadata = { format: "pt", 'quote"': "line\nbreak", __proto__x: "" };
    const bytes = writeSafetensors(tensors, { metadata });
    const start = 8 + new DataView(bytes.buffer).getUint32(0, true);
    expect(start % 8).toBe(0);
    const read = readSafetensors(bytes);
    expect(read).toEqual({ tensors, metadata });
    expect(Object.keys(read.tensors)).toEqual(Object.keys(tensors).sort());
  });

  test("the same tensors give the same bytes, whatever their order", () => {
    const [a, b] = [randomTensor(random, [2]), randomTensor(random, [3])];
    expect(writeSafetensors({ a, b })).toEqual(writeSafetensors({ b, a }));
  });

  test("names that objects treat specially survive", () => {
    const x = randomTensor(random, [2]);
    const tensors = JSON.parse('{"__proto__":0,"constructor":0,"":0,"10":0,"9":0}') as Record<string, Tensor>;
    for (const name of Object.keys(tensors)) {
      Object.defineProperty(tensors, name, { value: x, enumerable: true, configurable: true, writable: true });
    }
    const read = readSafetensors(writeSafetensors(tensors));
    expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
    expect(Object.getPrototypeOf(read.tensors)).toBe(Object.prototype);
  });

  test("no tensors, no metadata", () => {
    expect(readSafetensors(writeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
    expect(readSafetensors(writeSafetensors({}, { metadata: {} }))).toEqual({ tensors: {}, metadata: {} });
    expect(readSafetensors(writeSafetensors({}, { metadata: undefined }))).toEqual({ tensors: {}, metadata: {} });
  });

  test("residents and misaligned parts are written, disposed ones are refused", async () => {
    const lab = await load();
    const tensor = randomTensor(random, [2, 3]);
    const part = new Float32Array(8);
    part.set(tensor.data, 1);
    const held = lab.resident(tensor);
    expect(writeNpy(held)).toEqual(writeNpy(tensor));
    expect(writeNpy({ data: part.subarray(1, 7), shape: [2, 3] })).toEqual(writeNpy(tensor));
    expect(writeSafetensors({ x: held })).toEqual(writeSafetensors({ x: tensor }));
    held.dispose();
    expectRefusal(() => writeNpy(held), { code: "DISPOSED", operation: "writeNpy", argument: "tensor" });
    expectRefusal(() => writeSafetensors({ x: held }), {
      code: "DISPOSED",
      operation: "writeSafetensors",
      argument: "tensors",
    });
  });

  test("other things are refused", () => {
    const x = randomTensor(random, [2]);
    expectRefusal(() => writeNpy(null as never), { code: "TYPE", operation: "writeNpy", argument: "tensor" });
    expectRefusal(() => writeNpy({ ...x, shape: [3] }), { code: "SHAPE", operation: "writeNpy", argument: "tensor" });
    const many = { data: new Float32Array(1), shape: new Array<number>(40_000).fill(1) };
    expectRefusal(() => writeNpy(many), { code: "SHAPE", operation: "writeNpy", argument: "tensor" });
    const operation = "writeSafetensors";
    const write = writeSafetensors as (...args: unknown[]) => unknown;
    expectRefusal(() => write(null), { code: "TYPE", operation, argument: "tensors" });
    expectRefusal(() => write([x]), { code: "TYPE", operation, argument: "tensors" });
    expectRefusal(() => write({ x: [1] }), { code: "TYPE", operation, argument: "tensors" });
    expectRefusal(() => write({ x: { ...x, shape: [9] } }), { code: "SHAPE", operation, argument: "tensors" });
    expectRefusal(() => write({ __metadata__: x }), { code: "VALUE", operation, argument: "tensors" });
    expectRefusal(() => write({ x }, 5), { code: "TYPE", operation, argument: "options" });
    expectRefusal(() => write({ x }, { meta: {} }), { code: "VALUE", operation, argument: "meta" });
    expectRefusal(() => write({ x }, { metadata: null }), { code: "TYPE", operation, argument: "metadata" });
    expectRefusal(() => write({ x }, { metadata: { a: 1 } }), { code: "TYPE", operation, argument: "metadata" });
  });
});

describe("hostile .npy headers", () => {
  /** A version-2 file with that header and 4 bytes of data. */
  function npyWithHeader(header: string): Uint8Array {
    const bytes = new Uint8Array(12 + header.length + 4);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0]);
    new DataView(bytes.buffer).setUint32(8, header.length, true);
    bytes.set(new TextEncoder().encode(header), 12);
    return bytes;
  }
  const withDescr = (descr: string) => `{'descr': '${descr}', 'fortran_order': True, 'shape': (1,)}`;

  test("more axes than NumPy has are refused before they cost anything", () => {
    const header = `{'descr': '<f4', 'fortran_order': True, 'shape': (${"1, ".repeat(60_000)})}`;
    expectRefusal(() => readNpy(npyWithHeader(header)), { code: "SHAPE", operation: "readNpy", argument: "bytes" });
    const most = `{'descr': '<f4', 'fortran_order': True, 'shape': (${"1, ".repeat(64)})}`;
    expect(readNpy(npyWithHeader(most)).shape).toHaveLength(64);
  });

  test("a header longer than any real one is refused unparsed", () => {
    const file = npyWithHeader(withDescr("x".repeat(40_000_000)));
    expectRefusal(() => readNpy(file), { code: "VALUE", operation: "readNpy", argument: "bytes" });
  });

  test("the message does not repeat a long element type", () => {
    const error = thrownBy(() => readNpy(npyWithHeader(withDescr("x".repeat(100_000))))) as AttnlabError;
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message.length).toBeLessThan(300);
  });
});

describe("detached buffers", () => {
  test.each(Object.entries(readers))("%s refuses them", (_, read) => {
    const bytes = new Uint8Array(100);
    const { buffer } = bytes;
    structuredClone(buffer, { transfer: [buffer] });
    for (const detached of [buffer, bytes])
      expect((thrownBy(() => read(detached)) as AttnlabError).argument).toBe("bytes");
  });
});
