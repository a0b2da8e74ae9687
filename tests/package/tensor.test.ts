import type { AttnlabError } from "attnlab";
import { load } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectRefusal } from "./support/errors.js";

const lab = await load();
const make = lab.tensor as (data: unknown, shape?: unknown) => ReturnType<typeof lab.tensor>;

describe("tensor", () => {
  test("takes flat numbers with a shape", () => {
    const x = lab.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(x.shape).toEqual([2, 3]);
    expect(x.data).toEqual(new Float32Array([1, 2, 3, 4, 5, 6]));
  });

  test("takes nested arrays without", () => {
    expect(lab.tensor([1, 2, 3])).toEqual({ data: new Float32Array([1, 2, 3]), shape: [3] });
    const x = lab.tensor([
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ]);
    expect(x).toEqual({ data: new Float32Array([1, 2, 3, 4, 5, 6]), shape: [3, 2, 1] });
    expect(lab.tensor([])).toEqual({ data: new Float32Array(0), shape: [0] });
    expect(lab.tensor([[], []])).toEqual({ data: new Float32Array(0), shape: [2, 0] });
  });

  test("copies a Float32Array, also a part of a buffer at an odd place", () => {
    const buffer = new Float32Array([9, 1, 2, 3, 4, 9]);
    const part = buffer.subarray(1, 5);
    const x = lab.tensor(part, [2, 2]);
    buffer.fill(0);
    expect(x.data).toEqual(new Float32Array([1, 2, 3, 4]));
    expect(x.data.buffer.byteLength).toBe(16);
  });

  test("copies the shape", () => {
    const shape = [2, 2];
    const x = lab.tensor([1, 2, 3, 4], shape);
    shape[0] = 7;
    expect(x.shape).toEqual([2, 2]);
  });

  test("converts other arrays of numbers", () => {
    expect(lab.tensor(new Float64Array([0.1, 2]), [2]).data).toEqual(new Float32Array([Math.fround(0.1), 2]));
    expect(lab.tensor(new Int8Array([-1, 2]), [2, 1]).data).toEqual(new Float32Array([-1, 2]));
    expect(lab.tensor(new Uint32Array([2 ** 31]), [1]).data).toEqual(new Float32Array([2 ** 31]));
  });

  test("keeps NaN, infinities, and both zeros; a shape [] is one number", () => {
    const x = lab.tensor([NaN, Infinity, -Infinity, -0], [4]);
    expect(Array.from(x.data)).toEqual([NaN, Infinity, -Infinity, -0]);
    expect(lab.tensor([7], [])).toEqual({ data: new Float32Array([7]), shape: [] });
  });

  test("sizes may be 0, however large the others are", () => {
    expect(lab.tensor([], [2 ** 40, 0, 2 ** 40]).shape).toEqual([2 ** 40, 0, 2 ** 40]);
  });

  const refused: [name: string, data: unknown, shape: unknown, code: AttnlabError["code"], argument: string][] = [
    ["no data", undefined, undefined, "TYPE", "data"],
    ["null", null, [1], "TYPE", "data"],
    ["a number", 5, undefined, "TYPE", "data"],
    ["a string", "12", [2], "TYPE", "data"],
    ["an object", { length: 2, 0: 1, 1: 2 }, [2], "TYPE", "data"],
    ["big integers", new BigInt64Array(2), [2], "TYPE", "data"],
    ["a DataView", new DataView(new ArrayBuffer(8)), [2], "TYPE", "data"],
    ["entries that are no numbers", [1, "2"], [2], "TYPE", "data"],
    ["null among entries", [1, null], [2], "TYPE", "data"],
    ["holes", new Array(2), [2], "TYPE", "data"],
    ["booleans", [true, false], [2], "TYPE", "data"],
    ["nested arrays with a shape", [[1, 2]], [1, 2], "TYPE", "data"],
    ["a typed array without a shape", new Float32Array(2), undefined, "TYPE", "shape"],
    ["a shape that is no array", [1, 2], 2, "TYPE", "shape"],
    ["a shape that is a typed array", [1, 2], new Int32Array([2]), "TYPE", "shape"],
    ["null as shape", [1, 2], null, "TYPE", "shape"],
    ["text as a size", [1, 2], ["2"], "TYPE", "shape"],
    ["a negative size", [1, 2], [-2], "SHAPE", "shape"],
    ["two negative sizes", [1, 2], [-1, -2], "SHAPE", "shape"],
    ["a fractional size", [1, 2], [1.5, 2], "SHAPE", "shape"],
    ["NaN as a size", [1, 2], [NaN], "SHAPE", "shape"],
    ["an infinite size", [1, 2], [Infinity], "SHAPE", "shape"],
    ["too few entries", [1, 2, 3], [2, 2], "SHAPE", "data"],
    ["too many entries", new Float32Array(5), [2, 2], "SHAPE", "data"],
    ["ragged rows", [[1, 2], [3]], undefined, "SHAPE", "data"],
    ["numbers beside arrays", [1, [2]], undefined, "SHAPE", "data"],
    ["arrays beside numbers", [[1], 2], undefined, "SHAPE", "data"],
    [
      "text in nested arrays",
      [
        [1, 2],
        [3, "4"],
      ],
      undefined,
      "TYPE",
      "data",
    ],
    ["null as a row", [[1, 2], null], undefined, "TYPE", "data"],
  ];
  test.each(refused)("refuses %s", (_, data, shape, code, argument) => {
    expectRefusal(() => make(data, shape), { code, operation: "tensor", argument });
  });

  test("refuses an array that contains itself", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expectRefusal(() => make(cycle), { code: "SHAPE", operation: "tensor", argument: "data" });
  });
});

describe("tensor-like arguments", () => {
  const softmax = lab.softmax as (x: unknown) => unknown;
  const refused: [name: string, x: unknown, code: AttnlabError["code"]][] = [
    ["undefined", undefined, "TYPE"],
    ["null", null, "TYPE"],
    ["a number", 3, "TYPE"],
    ["a Float32Array", new Float32Array(3), "TYPE"],
    ["nested arrays", [[1, 2]], "TYPE"],
    ["data that are numbers", { data: [1, 2], shape: [2] }, "TYPE"],
    ["data in double precision", { data: new Float64Array(2), shape: [2] }, "TYPE"],
    ["data that only say they are floats", { data: { [Symbol.toStringTag]: "Float32Array" }, shape: [0] }, "TYPE"],
    ["no shape", { data: new Float32Array(2) }, "TYPE"],
    ["a shape of text", { data: new Float32Array(2), shape: ["2"] }, "TYPE"],
    ["a shape that is a number", { data: new Float32Array(2), shape: 2 }, "TYPE"],
    ["too few data", { data: new Float32Array(1), shape: [2] }, "SHAPE"],
    ["too many data", { data: new Float32Array(3), shape: [2] }, "SHAPE"],
    ["negative sizes", { data: new Float32Array(2), shape: [-1, -2] }, "SHAPE"],
    ["fractional sizes", { data: new Float32Array(3), shape: [1.5, 2] }, "SHAPE"],
  ];
  test.each(refused)("%s is refused", (_, x, code) => {
    expectRefusal(() => softmax(x), { code, operation: "softmax", argument: "x" });
  });

  test("data of a buffer that was transferred is refused", () => {
    const data = new Float32Array(4);
    structuredClone(data, { transfer: [data.buffer] });
    expectRefusal(() => softmax({ data, shape: [4] }), { code: "SHAPE", operation: "softmax", argument: "x" });
  });

  test("data in shared memory and frozen tensors are fine", () => {
    const shared = new Float32Array(new SharedArrayBuffer(16), 4, 3);
    shared.set([1, 2, 3]);
    const x = Object.freeze({ data: shared, shape: Object.freeze([3]) });
    expect(lab.softmax(x).data).toEqual(lab.softmax(lab.tensor([1, 2, 3])).data);
  });
});
