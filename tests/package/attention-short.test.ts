// The commonest call of attention has a short way (web/package/at-once.ts). With a scale that is spelled out, the same call
// takes the general one.
import {
  AttnlabError,
  load,
  type AnyTensor,
  type AttentionOptions,
  type Lab,
  type Resident,
  type Tensor,
} from "attnlab";
import { expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { thrownBy } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";

type Options = AttentionOptions<Tensor | Resident>;

const entriesOf = (value: AnyTensor): Float32Array => ("view" in value ? value.view : value.data);

/** The same call by the general way. */
const general = (lab: Lab, q: AnyTensor, k: AnyTensor, v: AnyTensor, options: Options = {}): Tensor | Resident =>
  lab.attention(q, k, v, { ...options, scale: "sqrt" });

/** The call by both ways, each into an `out` of its own where there is one. */
function compare(lab: Lab, [q, k, v]: readonly [AnyTensor, AnyTensor, AnyTensor], options?: Options): void {
  const before = [q, k, v].map((value) => Float32Array.from(entriesOf(value)));
  const given = options?.out;
  const short = lab.attention(q, k, v, options);
  const result = Float32Array.from(entriesOf(short));
  const long = general(lab, q, k, v, options);
  expectSameBits(result, Float32Array.from(entriesOf(long)));
  expect(short.shape).toEqual(long.shape);
  if (given) {
    expect(short).toBe(given);
    expect(long).toBe(given);
  } else {
    const { data } = short as Tensor;
    expect(data.buffer.byteLength).toBe(data.byteLength);
    expect([q, k, v].some((value) => value.shape === short.shape)).toBe(false);
  }
  [q, k, v].forEach((value, i) => {
    expectSameBits(Float32Array.from(entriesOf(value)), before[i] as Float32Array);
  });
}

/** The parts of what is thrown, if anything is. */
function faultOf(call: () => unknown): unknown {
  const error = thrownBy(call);
  if (error === undefined || !(error instanceof AttnlabError)) return error;
  const { code, operation, argument, expected, actual, message } = error;
  return { code, operation, argument, expected, actual, message };
}

/** What tensors hold, as text; residents are those that hold nothing any more. */
const written = (values: readonly unknown[]): string =>
  JSON.stringify(values.filter((value) => !(typeof value === "object" && value !== null && "dispose" in value)));

/** An item of a list, in which undefined may be. */
const oneOf = <T>(random: () => number, items: readonly T[]): T => items[randomInt(random, 0, items.length - 1)] as T;

const product = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);

describeBoth("attention by the short way and by the general one", (lab: Lab) => {
  test("gives the same bits from any memory to any memory", () => {
    const random = makeRandom(51);
    for (let round = 0; round < 300; round++) {
      const held: Resident[] = [];
      const place = (shape: readonly number[]): Tensor | Resident => {
        const tensor = randomTensor(random, shape);
        const form = randomInt(random, 0, 4);
        if (form < 2) return tensor;
        if (form === 2) {
          // A part of a larger buffer, at no multiple of 16 bytes.
          const data = new Float32Array(tensor.data.length + 7).subarray(3, 3 + tensor.data.length);
          data.set(tensor.data);
          return { data, shape: tensor.shape };
        }
        const resident = lab.resident(tensor);
        held.push(resident);
        return form === 3 ? resident : { data: resident.view, shape: tensor.shape };
      };
      const size = (): number => pick(random, [1, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 65]);
      const leading = pick(random, [[], [], [1], [1, 1], [2], [3, 1]]);
      const [nQ, nK, d, dV] = [size(), size(), size(), size()];
      const inputs = [place([...leading, nQ, d]), place([...leading, nK, d]), place([...leading, nK, dV])] as const;
      if (random() < 0.2) entriesOf(inputs[0])[0] = pick(random, [NaN, Infinity, 1e30, -0]);
      if (random() < 0.2) entriesOf(inputs[2])[0] = pick(random, [NaN, Infinity, -Infinity, 1e-42]);
      const out = random() < 0.5 ? place([...leading, nQ, dV]) : undefined;
      const options = oneOf<Options | undefined>(random, [
        { out, causal: true },
        { out, causal: false },
        { out, window: undefined, mask: undefined },
        out && { out },
      ]);
      compare(lab, inputs, options);
      for (const resident of held) resident.dispose();
    }
  });

  test("gives the value of a lone key, unless its logit is no number", () => {
    const random = makeRandom(53);
    const numbers = [1, -0, 1e-42, 3e38, -3e38];
    const others = [NaN, Infinity, -Infinity];
    for (const d of [1, 3, 64]) {
      for (const which of [0, 1, 2]) {
        for (const value of [...numbers, ...others]) {
          const tensors = [d, d, 5].map((columns) => randomTensor(random, [1, columns]));
          const [q, k, v] = tensors as [Tensor, Tensor, Tensor];
          (tensors[which] as Tensor).data.fill(value);
          if (value === 3e38) (which === 0 ? k : q).data.fill(-3e38);
          // The sign of a zero tells whether the value was copied or weighed.
          if (which < 2) v.data[0] = -0;
          compare(lab, [q, k, v]);
          compare(lab, [q, k, v], { out: randomTensor(random, v.shape) });
          const { data } = lab.attention(q, k, v);
          const isValue = data.every((entry, c) => entry === v.data[c] || Number.isNaN(v.data[c]));
          if (which === 2 || numbers.includes(value)) expect(isValue).toBe(true);
          else if (Number.isNaN(value)) expect(data.every(Number.isNaN)).toBe(true);
        }
      }
    }
  });

  test("refuses the same in the same words, and changes nothing", () => {
    const random = makeRandom(52);
    const disposed = lab.resident([2, 3]);
    disposed.dispose();
    const arena = new Float32Array(64).fill(1);
    let refused = 0;
    for (let round = 0; round < 1500; round++) {
      const shape = (): number[] =>
        Array.from({ length: randomInt(random, 1, 3) }, () => pick(random, [1, 2, 2, 3, 3, 0]));
      const plain = (): unknown => {
        const sizes = pick(random, [[2, 3], [2, 3], [2, 3], [1, 2, 3], shape()]);
        return { data: arena.subarray(0, product(sizes)).slice(), shape: sizes };
      };
      const odd = (): unknown =>
        oneOf<unknown>(random, [
          undefined,
          null,
          3,
          "q",
          [[1, 2]],
          new Float32Array(6),
          disposed,
          { data: [1, 2, 3, 4, 5, 6], shape: [2, 3] },
          { data: new Float64Array(6), shape: [2, 3] },
          { data: new Float32Array(5), shape: [2, 3] },
          { data: new Float32Array(6), shape: [2.5, 2.4] },
          { data: new Float32Array(6), shape: [-2, -3] },
          { data: new Float32Array(6), shape: ["2", 3] },
          { data: new Float32Array(6), shape: { length: 2, 0: 2, 1: 3 } },
          { data: new Float32Array(6) },
          Object.assign(() => 1, { data: new Float32Array(6), shape: [2, 3] }),
        ]);
      const argument = (): unknown => (random() < 0.75 ? plain() : odd());
      const inputs = [argument(), argument(), argument()] as [AnyTensor, AnyTensor, AnyTensor];
      const overlapping = { data: arena.subarray(2, 8), shape: [2, 3] };
      if (random() < 0.2) inputs[randomInt(random, 0, 2)] = { data: arena.subarray(4, 10), shape: [2, 3] };
      const options = oneOf<unknown>(random, [
        {},
        {},
        { causal: true },
        { causal: oneOf<unknown>(random, [1, "yes", null, undefined]) },
        { out: oneOf<unknown>(random, [plain(), odd(), overlapping, inputs[0], inputs[2]]) },
        { out: overlapping, causal: 1 },
        { unknown: 1 },
        { unknown: undefined },
        { window: -1 },
        { bias: null },
        { groupedHeads: true },
      ]) as Options;
      const before = written([...inputs, arena]);
      const memory = lab.memory();
      const short = faultOf(() => lab.attention(...inputs, options));
      if (short !== undefined) {
        refused += 1;
        expect(written([...inputs, arena])).toBe(before);
        expect(lab.memory()).toEqual(memory);
      }
      expect(short).toEqual(faultOf(() => general(lab, ...inputs, options)));
      arena.fill(1);
    }
    expect(refused).toBeGreaterThan(500);
  });

  test("finds every overlap of a result with an operand, whatever the two hold", () => {
    const random = makeRandom(55);
    let overlaps = 0;
    for (let round = 0; round < 600; round++) {
      const arena = Float32Array.from({ length: 40 }, () => pick(random, [0, -0, 1, 1, NaN, 0.5]));
      const [n, d, dV] = [pick(random, [1, 1, 2]), pick(random, [1, 4, 5]), pick(random, [1, 3, 6])];
      const place = (columns: number): Tensor => {
        const start = random() < 0.5 ? 0 : randomInt(random, 0, arena.length - n * columns);
        const data = arena.subarray(start, start + n * columns);
        return { data: random() < 0.6 ? data : data.slice(), shape: [n, columns] };
      };
      const [q, k, v, out] = [place(d), place(d), place(dV), place(dV)] as const;
      const end = ({ data }: Tensor): number => data.byteOffset + data.byteLength;
      const meets = ({ data }: Tensor): boolean =>
        data.buffer === out.data.buffer &&
        data.byteOffset < end(out) &&
        out.data.byteOffset < data.byteOffset + data.byteLength;
      const before = arena.slice();
      const fault = faultOf(() => lab.attention(q, k, v, { out }));
      if ([q, k, v].some(meets)) {
        overlaps += 1;
        expect(fault).toMatchObject({ code: "VALUE", argument: "out" });
        expectSameBits(arena, before);
      } else {
        expect(fault).toBe(undefined);
        const beside = lab.attention(q, k, v, { out: { data: new Float32Array(out.data.length), shape: out.shape } });
        expectSameBits(out.data.slice(), beside.data);
      }
    }
    expect(overlaps).toBeGreaterThan(100);
  });

  test("a result that no memory holds is refused before anything is written", () => {
    const filled = (shape: readonly number[], value: number): Tensor => ({
      data: new Float32Array(product(shape)).fill(value),
      shape: [...shape],
    });
    // A staging block of 2 MB.
    lab.attention(filled([4096, 64], 0.1), filled([8, 64], 0), filled([8, 64], 0));
    const held = lab.resident(filled([512, 1024], 3));
    try {
      const memory = lab.memory();
      // Sizes whose bytes wrap around in 32 bits.
      for (const [nQ, dV] of [
        [2 ** 15, 2 ** 15],
        [2 ** 10, 2 ** 20],
        [2 ** 16, 2 ** 14],
        [49152, 21845],
      ] as const) {
        const call = (): unknown => lab.attention(filled([nQ, 1], 1), filled([1, 1], 1), filled([1, dV], 7));
        expect(faultOf(call)).toMatchObject({ code: "MEMORY" });
        expect(held.view.every((value) => value === 3)).toBe(true);
        expect(lab.memory()).toEqual(memory);
      }
    } finally {
      held.dispose();
    }
  });

  test("looks at options of every form", () => {
    const random = makeRandom(53);
    const [q, k, v] = [randomTensor(random, [3, 4]), randomTensor(random, [3, 4]), randomTensor(random, [3, 4])];
    class Doubled {
      readonly #scale = 2;
      get scale(): number {
        return this.#scale;
      }
    }
    const expected = lab.attention(q, k, v, { scale: 2 }).data;
    const hidden = Object.defineProperty({}, "scale", { value: 2 });
    for (const options of [{ scale: 2 }, new Doubled(), Object.create({ scale: 2 }) as object, hidden]) {
      expectSameBits(lab.attention(q, k, v, options).data, expected);
    }
    const bare = Object.assign(Object.create(null) as object, { causal: true });
    expectSameBits(lab.attention(q, k, v, bare).data, lab.attention(q, k, v, { causal: true }).data);
    for (const options of [null, [], 7, "causal", new Float32Array(1)]) {
      expect(faultOf(() => lab.attention(q, k, v, options as AttentionOptions))).toMatchObject({
        code: "TYPE",
        argument: "options",
      });
    }
    // What is read by a getter is read, and what a getter throws comes through.
    const got = {
      causal: true,
      get out() {
        return undefined;
      },
    };
    expectSameBits(lab.attention(q, k, v, got).data, lab.attention(q, k, v, { causal: true }).data);
    const failing = {
      shape: [3, 4],
      get data(): Float32Array {
        throw new RangeError("mine");
      },
    };
    expect(() => lab.attention(q, failing, v)).toThrow("mine");
  });

  test("a result stays what it is when the next call comes", () => {
    const random = makeRandom(54);
    const [q, k, v] = [randomTensor(random, [4, 8]), randomTensor(random, [5, 8]), randomTensor(random, [5, 3])];
    const first = lab.attention(q, k, v);
    const copy = first.data.slice();
    const second = lab.attention(k, k, k);
    expect(second.shape).toEqual([5, 8]);
    expectSameBits(first.data, copy);
    expect(q.shape).toEqual([4, 8]);
    expect(first.shape).toEqual([4, 3]);
  });
});

test("memory may grow while a tensor is a view of it", async () => {
  const lab = await load({ wasmModule: (await load()).wasmModule });
  const random = makeRandom(55);
  const q = randomTensor(random, [2, 8]);
  const [heldQ, heldOut] = [lab.resident(q), lab.resident([2, 8])];
  heldOut.view.fill(7);
  const { bytes } = lab.memory();
  // More keys than the memory has room for, and values of 3.
  const keys = { data: new Float32Array(bytes / 4), shape: [bytes / 32, 8] };
  const values = { ...keys, data: keys.data.map(() => 3) };
  const view = { data: heldQ.view, shape: [2, 8] };
  const out = { data: heldOut.view, shape: [2, 8] };
  expect(lab.attention(view, keys, values, { out })).toBe(out);
  expect(lab.memory().bytes).toBeGreaterThan(bytes);
  // The views were taken away, their places were not.
  expect(out.data.length).toBe(0);
  expectSameBits(heldQ.view, q.data);
  expect(heldOut.view.every((value) => Math.abs(value - 3) < 1e-4)).toBe(true);
});
