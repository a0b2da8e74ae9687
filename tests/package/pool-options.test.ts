/** What a pool reads of its options and tensors: what a lab reads of them, by name, when the call is made. */
import { load, type Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectFault } from "./support/errors.js";
import { openPool, outcome } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

const random = makeRandom(15);
const lab = await load();

const zeros = (shape: readonly number[]): Tensor => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  shape: [...shape],
});

/** The same properties, hidden from loops and spreading, or inherited. */
const disguises: [string, <Options extends object>(options: Options) => Options][] = [
  [
    "hidden",
    (options) =>
      Object.defineProperties(
        {},
        Object.fromEntries(Object.entries(options).map(([key, value]) => [key, { value: value as unknown }])),
      ) as typeof options,
  ],
  ["inherited", (options) => Object.create(options) as typeof options],
];

const x = randomTensor(random, [1, 700, 64]);
const rows = randomTensor(random, [512, 512]);

describe.each(disguises)("%s options", (_, disguise) => {
  test("are seen", async () => {
    const pool = await openPool();
    const options = { causal: true, scale: disguise({ kind: "entropy", kappa: 0.5 } as const) };
    const expected = lab.attention(x, x, x, options);
    expect(lab.attention(x, x, x, disguise(options))).toEqual(expected);
    expect(await pool.attention(x, x, x, disguise(options))).toEqual(expected);
  });

  test("an out is filled, and is the result", async () => {
    const pool = await openPool();
    const out = zeros(x.shape);
    expect((await pool.attention(x, x, x, disguise({ out }))) === out).toBe(true);
    expectSameBits(out.data, lab.attention(x, x, x).data);
  });

  test("outs are filled by their names, whether or not a call is shared out", async () => {
    const pool = await openPool();
    const [dx, output] = [zeros(rows.shape), zeros(rows.shape)];
    const gradients = await pool.softmaxBackward(rows, rows, { out: disguise({ dx }) });
    expect(gradients.dx === dx).toBe(true);
    expectSameBits(dx.data, lab.softmaxBackward(rows, rows).dx.data);
    const results = await pool.entropyNormalize(rows, { entropy: 3, out: disguise({ output }) });
    expect(results.output === output).toBe(true);
    expectSameBits(output.data, lab.entropyNormalize(rows, { entropy: 3 }).output.data);
  });

  test("a signal is heard", async () => {
    const pool = await openPool();
    expect(await outcome(pool.softmax(rows, disguise({ signal: AbortSignal.abort("enough") })))).toBe("enough");
  });
});

test("frozen options are taken, and those that something follows", async () => {
  const pool = await openPool();
  const options = Object.freeze({ axis: 0, signal: new AbortController().signal });
  expect(await pool.softmax(rows, options)).toEqual(lab.softmax(rows, { axis: 0 }));
  const map = pool.softmax as (...args: unknown[]) => Promise<Tensor>;
  expect(await map(rows, options, undefined)).toEqual(lab.softmax(rows, { axis: 0 }));
});

test("what is wrong with the inputs is said before what is wrong with the signal", async () => {
  const pool = await openPool();
  const signal = 5 as unknown as AbortSignal;
  const error = await outcome(pool.softmax({ ...rows, shape: [3] }, { signal }));
  expectFault(error, { code: "SHAPE", operation: "softmax", argument: "x" });
});

test("a tensor may be of any class, also where a call is not shared out", async () => {
  class Matrix {
    get data(): Float32Array {
      return rows.data;
    }
    get shape(): number[] {
      return [...rows.shape];
    }
  }
  const pool = await openPool();
  const options = { entropy: 3 };
  expect(await pool.entropyNormalize(new Matrix(), options)).toEqual(lab.entropyNormalize(rows, options));
  expect(await pool.softmax(new Matrix())).toEqual(lab.softmax(rows));
});

test("a mask in a Buffer stays where it is", async () => {
  const pool = await openPool();
  for (const mask of [Buffer.alloc(9, 1), Buffer.from([1, 1, 0, 1, 1, 1, 0, 1, 1])]) {
    const expected = lab.sparsePattern(9, 9, { mask });
    expect(await pool.sparsePattern(9, 9, { mask })).toEqual(expected);
    expect(mask.length).toBe(9);
  }
});

test("inputs may be disposed of once a call is made", async () => {
  const pool = await openPool();
  const expected = await pool.attentionBackward(x, x, x, x);
  const resident = lab.resident(x);
  const call = pool.attentionBackward(resident, resident, resident, resident);
  resident.dispose();
  expect(await call).toEqual(expected);
});

describe("an out", () => {
  test("whose data is replaced in the meantime: the array that was there is filled", async () => {
    const pool = await openPool();
    const out = zeros(x.shape) as { data: Float32Array; shape: number[] };
    const { data } = out;
    const call = pool.attention(x, x, x, { out });
    out.data = new Float32Array(data.length);
    expect((await call) === out).toBe(true);
    expectSameBits(data, lab.attention(x, x, x).data);
    expect(out.data.every((value) => value === 0)).toBe(true);
  });

  /** Calls that are shared out, and one that is not; and what one of the outs of each is called. */
  const calls = {
    attention: [(pool, out) => pool.attention(x, x, x, { out }), x, "out"],
    softmaxBackward: [(pool, out) => pool.softmaxBackward(rows, rows, { out: { dx: out } }), rows, "out.dx"],
    entropyNormalize: [
      (pool, out) => pool.entropyNormalize(rows, { entropy: 3, out: { output: out } }),
      rows,
      "out.output",
    ],
  } satisfies Record<
    string,
    [call: (pool: Awaited<ReturnType<typeof openPool>>, out: Tensor) => Promise<unknown>, like: Tensor, place: string]
  >;

  test.each(Object.entries(calls))("of %s that is lost in the meantime is refused", async (operation, row) => {
    const [call, like, place] = row as (typeof calls)["attention"];
    const pool = await openPool();
    const out = zeros(like.shape);
    const transferred = outcome(call(pool, out));
    structuredClone(out.data.buffer, { transfer: [out.data.buffer as ArrayBuffer] });
    const lost = expectFault(await transferred, { code: "SHAPE", operation, argument: "out" });
    expect(lost.message).toContain(place);

    const resident = lab.resident(like.shape);
    const disposed = outcome(call(pool, resident as unknown as Tensor));
    resident.dispose();
    // What takes its place is not written to.
    const next = lab.resident(like.shape);
    try {
      const error = expectFault(await disposed, { code: "DISPOSED", operation, argument: "out" });
      expect(error.message).toContain(place);
      expect(next.view.every((value) => value === 0)).toBe(true);
    } finally {
      next.dispose();
    }
    expect(await pool.softmax(rows)).toEqual(lab.softmax(rows));
  });

  test("beside one that is lost is not written", async () => {
    const pool = await openPool();
    const [dq, dk] = [zeros(x.shape), zeros(x.shape)];
    const call = outcome(pool.attentionBackward(x, x, x, x, { out: { dq, dk } }));
    structuredClone(dk.data.buffer, { transfer: [dk.data.buffer as ArrayBuffer] });
    expectFault(await call, { code: "SHAPE", operation: "attentionBackward", argument: "out" });
    expect(dq.data.every((value) => value === 0)).toBe(true);
  });
});

describe("an out that an operation does not know", () => {
  const out = { data: new Float32Array(4), shape: [4] };
  type Any = Record<string, (...args: unknown[]) => unknown>;
  const several: [operation: string, args: unknown[], option: unknown][] = [
    ["batchStatistics", [rows], out],
    ["nystromFactors", [rows, rows], { inverse: out }],
    ["onlineSoftmax", [rows], { maximum: out }],
    ["sampleToken", [rows], { probabilities: out }],
    ["attentionBackward", [x, x, x, x], { dbias: out }],
    ["attentionBackward", [x, x, x, x], out],
    ["entropyNormalize", [rows], { temperatures: out }],
    ["entropyNormalizeBackward", [rows, rows], { dy: out }],
    ["linearAttentionBackward", [x, x, x, x], { dbias: out }],
    ["layerNormBackward", [rows, rows], { dgamma: out }],
    ["matmulBackward", [rows, rows, rows], { dq: out }],
    ["nystromformerBackward", [x, x, x, x], { dconvKernel: out }],
    ["performerBackward", [x, x, x, x], { dprojection: out }],
    ["powerTransformBackward", [rows, rows], { dexponent: out }],
    ["softmaxBackward", [rows, rows], { dOutput: out }],
    ["sparseAttentionBackward", [x, x, x, x], { dmask: out }],
  ];

  test.each(several)("%s refuses it by its name, in a pool too", async (operation, args, option) => {
    const pool = await openPool();
    const needed = { entropyN: { entropy: 3 }, powerTra: { exponent: 2 } }[operation.slice(0, 8)];
    const options = { ...needed, out: option };
    let refusal: unknown;
    try {
      (lab as unknown as Any)[operation]?.(...args, options);
    } catch (error) {
      refusal = error;
    }
    const { message } = expectFault(refusal, { code: "VALUE", operation, argument: "out" });
    const error = await outcome((pool as unknown as Any)[operation]?.(...args, options) as Promise<unknown>);
    expect(expectFault(error, { code: "VALUE", operation, argument: "out" }).message).toBe(message);
  });
});
