import type { Lab, Resident } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectRefusal } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";

const operation = "resident";
const argument = "tensorOrShape";

/** Runs with residents that are disposed of at the end. */
function withResidents<T>(residents: readonly Resident[], use: () => T): T {
  try {
    return use();
  } finally {
    for (const held of residents) held.dispose();
  }
}

describeBoth("resident", (lab: Lab) => {
  const random = makeRandom(7);

  test("of a shape is zeros, also where memory was used before", () => {
    const first = lab.resident([64, 3]);
    first.view.fill(5);
    first.dispose();
    const second = lab.resident([64, 3]);
    withResidents([second], () => {
      expect(second.shape).toEqual([64, 3]);
      expect(second.view.every((value) => value === 0)).toBe(true);
    });
  });

  test("of a tensor is a copy of it", () => {
    const x = randomTensor(random, [3, 5]);
    const before = x.data.slice();
    const held = lab.resident(x);
    withResidents([held], () => {
      x.data.fill(0);
      expectSameBits(held.view, before);
      const copy = held.tensor();
      expect(copy.shape).toEqual([3, 5]);
      expect(copy.data.buffer.byteLength).toBe(60);
      held.view.fill(1);
      expectSameBits(copy.data, before);
    });
  });

  test("of a resident is a copy of it", () => {
    const first = lab.resident(lab.tensor([1, 2, 3]));
    const second = lab.resident(first);
    withResidents([first, second], () => {
      first.view.fill(0);
      expect(Array.from(second.view)).toEqual([1, 2, 3]);
    });
  });

  test("its shape does not change with the caller's array and cannot be written to", () => {
    const shape = [2, 2];
    const held = lab.resident(shape);
    withResidents([held], () => {
      shape[0] = 5;
      expect(held.shape).toEqual([2, 2]);
      expect(() => (held.shape as number[]).push(1)).toThrow(TypeError);
      held.tensor().shape.push(3);
      expect(held.shape).toEqual([2, 2]);
    });
  });

  test("its view is fresh at each access, and right after the memory grew", () => {
    const held = lab.resident(lab.tensor([1, 2, 3]));
    const early = held.view;
    expect(held.view).not.toBe(early);
    const large = lab.resident([lab.memory().bytes / 4 + 1]);
    withResidents([held, large], () => {
      expect(early.length).toBe(0);
      expect(Array.from(held.view)).toEqual([1, 2, 3]);
      held.view[1] = 20;
      expect(Array.from(held.tensor().data)).toEqual([1, 20, 3]);
    });
  });

  test("is in JSON what a copy of it is", () => {
    const held = lab.resident(lab.tensor([[1, 2, 3]]));
    withResidents([held], () => {
      expect(JSON.stringify({ held })).toBe('{"held":{"data":{"0":1,"1":2,"2":3},"shape":[1,3]}}');
    });
    expectRefusal(() => JSON.stringify(held), { code: "DISPOSED", operation, argument: "tensor" });
  });

  test("sizes may be 0, and [] is one number", () => {
    const empty = lab.resident([0, 3]);
    const single = lab.resident([]);
    withResidents([empty, single], () => {
      expect(empty.view.length).toBe(0);
      expect(empty.tensor()).toEqual({ data: new Float32Array(0), shape: [0, 3] });
      expect(single.view.length).toBe(1);
    });
  });

  test("is counted while it lives", () => {
    const before = lab.memory();
    const held = [lab.resident([10]), lab.resident([0]), lab.resident([2, 3])];
    const during = lab.memory();
    expect(during.liveResidents - before.liveResidents).toBe(3);
    expect(during.liveBytes - before.liveBytes).toBe(64);
    for (const each of held) each.dispose();
    for (const each of held) each.dispose();
    expect(lab.memory()).toEqual(before);
  });

  test("is refused after dispose, by every use of it", () => {
    const held = lab.resident([2, 2]);
    held.dispose();
    const x = lab.tensor([
      [1, 2],
      [3, 4],
    ]);
    expectRefusal(() => held.view, { code: "DISPOSED", operation, argument: "view" });
    expectRefusal(() => held.tensor(), { code: "DISPOSED", operation, argument: "tensor" });
    expectRefusal(() => lab.resident(held), { code: "DISPOSED", operation, argument });
    expectRefusal(() => lab.attention(x, held, x), { code: "DISPOSED", operation: "attention", argument: "k" });
    expectRefusal(() => lab.matmul(x, x, { out: held }), { code: "DISPOSED", operation: "matmul", argument: "out" });
    expectRefusal(() => lab.attention(x, x, x, { bias: held }), {
      code: "DISPOSED",
      operation: "attention",
      argument: "bias",
    });
    expectRefusal(() => lab.layerNorm(held), { code: "DISPOSED", operation: "layerNorm", argument: "x" });
    held.dispose();
  });

  test("is disposable where the engine knows the symbol", () => {
    const held = lab.resident([1]);
    const symbol = (Symbol as { dispose?: symbol }).dispose;
    expect(symbol).toBeDefined();
    expect(Reflect.get(held, symbol ?? "")).toBe(Reflect.get(held, "dispose"));
    (held as unknown as Record<symbol, () => void>)[symbol ?? Symbol()]?.();
    expectRefusal(() => held.view, { code: "DISPOSED", operation, argument: "view" });
  });

  test("refuses what is neither tensor nor shape", () => {
    const resident = lab.resident as (source: unknown) => Resident;
    const before = lab.memory();
    for (const source of [undefined, null, 3, "2", new Float32Array(2), { data: [1], shape: [1] }, ["2"]]) {
      expectRefusal(() => resident(source), { code: "TYPE", operation, argument });
    }
    for (const source of [[-1], [1.5], [NaN], { data: new Float32Array(2), shape: [3] }]) {
      expectRefusal(() => resident(source), { code: "SHAPE", operation, argument });
    }
    expect(lab.memory()).toEqual(before);
  });

  test("refuses what no memory holds, and loses nothing", () => {
    const before = lab.memory();
    for (const shape of [
      [2 ** 29],
      [2 ** 30],
      [2 ** 20, 2 ** 20],
      [2 ** 52, 2 ** 52],
      new Array<number>(30).fill(2 ** 53 - 1),
    ]) {
      expectRefusal(() => lab.resident(shape), { code: "MEMORY", operation, argument });
    }
    expect(lab.memory()).toEqual(before);
  });
});

describeBoth("residents as operands", (lab: Lab) => {
  const random = makeRandom(11);
  const q = randomTensor(random, [2, 3, 9, 8]);
  const k = randomTensor(random, [2, 3, 11, 8]);
  const v = randomTensor(random, [2, 3, 11, 5]);
  const bias = randomTensor(random, [1, 3, 9, 11]);

  test("mixed freely with tensors they give the same bits, and stay as they are", () => {
    const expected = lab.attention(q, k, v, { bias, causal: true });
    for (let choice = 0; choice < 16; choice++) {
      const residents: Resident[] = [];
      const [a, b, c, e] = [q, k, v, bias].map((tensor, i) => {
        if ((choice & (1 << i)) === 0) return tensor;
        const held = lab.resident(tensor);
        residents.push(held);
        return held;
      }) as [Resident, Resident, Resident, Resident];
      withResidents(residents, () => {
        const result = lab.attention(a, b, c, { bias: e, causal: true });
        expect(result.data).toBeInstanceOf(Float32Array);
        expectSameBits(result.data, expected.data);
        if (choice & 1) expectSameBits(a.view, q.data);
      });
    }
  });

  test("a view of a resident may be the data of a tensor, also when the call lets the memory grow", () => {
    const size = Math.ceil(Math.sqrt(lab.memory().bytes / 4)) + 64;
    const held = lab.resident(randomTensor(random, [size, 4]));
    const wide = randomTensor(random, [4, size]);
    withResidents([held], () => {
      const expected = lab.matmul(held.tensor(), wide);
      const grown = lab.matmul({ data: held.view, shape: [size, 4] }, wide);
      expectSameBits(grown.data, expected.data);
    });
  });

  test("residents of another instance are copied in and filled", async () => {
    const { load } = await import("attnlab");
    const other = await load({ variant: lab.variant === "simd" ? "relaxed" : "simd" });
    const held = other.resident(q);
    const out = other.resident([2, 3, 9, 5]);
    withResidents([held, out], () => {
      const expected = lab.attention(q, k, v);
      expect(lab.attention(held, k, v, { out })).toBe(out);
      expectSameBits(out.view, expected.data);
    });
  });
});

describe("out", () => {
  describeBoth("out", (lab: Lab) => {
    const random = makeRandom(3);
    const x = randomTensor(random, [4, 6]);
    const gamma = randomTensor(random, [6]);
    const operations = {
      attention: (out?: never) => lab.attention(x, x, x, { out }),
      attentionWeights: (out?: never) => lab.attentionWeights(x, x, { out }),
      matmul: (out?: never) => lab.matmul(x, x, { transposeB: true, out }),
      softmax: (out?: never) => lab.softmax(x, { axis: 0, out }),
      logSoftmax: (out?: never) => lab.logSoftmax(x, { out }),
      layerNorm: (out?: never) => lab.layerNorm(x, { gamma, out }),
      rmsNorm: (out?: never) => lab.rmsNorm(x, { axis: [0], eps: 0, out }),
    };
    const names = Object.keys(operations) as (keyof typeof operations)[];

    test.each(names)("%s fills it and returns it", (operation) => {
      const call = operations[operation] as (out?: unknown) => unknown;
      const expected = operations[operation]();
      const tensor = { data: new Float32Array(expected.data.length).fill(9), shape: expected.shape };
      expect(call(tensor)).toBe(tensor);
      expectSameBits(tensor.data, expected.data);

      const part = new Float32Array(expected.data.length + 2).fill(9);
      const inside = { data: part.subarray(1, -1), shape: expected.shape };
      expect(call(inside)).toBe(inside);
      expectSameBits(inside.data, expected.data);
      expect([part[0], part[part.length - 1]]).toEqual([9, 9]);

      const held = lab.resident(expected.shape);
      withResidents([held], () => {
        expect(call(held)).toBe(held);
        expectSameBits(held.view, expected.data);
      });
    });

    test.each(names)(
      "%s refuses another shape, another type, and an input's memory, and writes nothing",
      (operation) => {
        const call = operations[operation] as (out?: unknown) => unknown;
        const { shape, data } = operations[operation]();
        const argument = "out";
        const filled = (): Float32Array => new Float32Array(data.length).fill(9);
        const reversed = { data: filled(), shape: [...shape, 1] };
        expectRefusal(() => call(reversed), { code: "SHAPE", operation, argument });
        expectRefusal(() => call({ data: new Float32Array(1), shape: [1] }), { code: "SHAPE", operation, argument });
        expectRefusal(() => call({ data: new Float32Array(1), shape }), { code: "SHAPE", operation, argument });
        expectRefusal(() => call({ data: new Float64Array(data.length), shape }), {
          code: "TYPE",
          operation,
          argument,
        });
        expectRefusal(() => call(null), { code: "TYPE", operation, argument });
        expectRefusal(() => call(filled()), { code: "TYPE", operation, argument });
        expect(reversed.data.every((value) => value === 9)).toBe(true);
      },
    );

    test("an out that overlaps an input is refused, whatever form both have", () => {
      const refused = { code: "VALUE", operation: "softmax", argument: "out" } as const;
      const before = x.data.slice();
      expectRefusal(() => lab.softmax(x, { out: x }), refused);
      const buffer = new Float32Array(12);
      const left = { data: buffer.subarray(0, 6), shape: [6] };
      expectRefusal(() => lab.softmax(left, { out: { data: buffer.subarray(5, 11), shape: [6] } }), refused);
      lab.softmax(left, { out: { data: buffer.subarray(6, 12), shape: [6] } });
      const held = lab.resident(x);
      withResidents([held], () => {
        expectRefusal(() => lab.softmax(held, { out: held }), refused);
        expectRefusal(() => lab.softmax(held, { out: { data: held.view, shape: [4, 6] } }), refused);
        expectRefusal(() => lab.softmax({ data: held.view, shape: [4, 6] }, { out: held }), refused);
        expectSameBits(held.view, before);
      });
      expectSameBits(x.data, before);
    });

    test("optional inputs count as inputs", () => {
      const shape = [4, 4];
      const y = randomTensor(random, shape);
      const bias = randomTensor(random, shape);
      const argument = "out";
      expectRefusal(() => lab.attention(y, y, y, { bias, out: bias }), {
        code: "VALUE",
        operation: "attention",
        argument,
      });
      const square = randomTensor(random, [2, 2]);
      const row = randomTensor(random, [2, 2]);
      expectRefusal(() => lab.layerNorm(square, { axis: [0, 1], gamma: row, out: row }), {
        code: "VALUE",
        operation: "layerNorm",
        argument,
      });
      expectRefusal(() => lab.rmsNorm(square, { axis: [0, 1], beta: row, out: row }), {
        code: "VALUE",
        operation: "rmsNorm",
        argument,
      });
      const bytes = new ArrayBuffer(64);
      expectRefusal(
        () =>
          lab.attention(y, y, y, { mask: new Uint8Array(bytes, 0, 4), out: { data: new Float32Array(bytes), shape } }),
        { code: "VALUE", operation: "attention", argument },
      );
    });

    test("empty outs overlap nothing", () => {
      const empty = { data: new Float32Array(0), shape: [0, 3] };
      expect(lab.softmax(empty, { out: empty })).toBe(empty);
    });
  });
});
