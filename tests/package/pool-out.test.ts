/** What a pool's results are put into: an `out` holds all of a result, or what it held before. */
import { setTimeout as wait } from "node:timers/promises";
import { load, type Tensor } from "attnlab";
import { expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectFault } from "./support/errors.js";
import { openPool, outcome, watchWorkers } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

const random = makeRandom(39);
const lab = await load();

/** A tensor that holds no result. */
const marked = (shape: readonly number[]): Tensor => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(7),
  shape: [...shape],
});

test("is filled, plain or resident, and is the result", async () => {
  const pool = await openPool();
  // Shared out as whole heads, as rows of one head, and not at all.
  for (const shape of [
    [4, 300, 16],
    [1, 1000, 64],
    [8, 16],
  ]) {
    const q = randomTensor(random, shape);
    const expected = lab.attention(q, q, q);
    const [held, resident] = [lab.resident(q), lab.resident(marked(shape))];
    try {
      const plain = marked(shape);
      expect(await pool.attention(held, q, held)).toEqual(expected);
      expect(await pool.attention(q, held, q, { out: plain })).toBe(plain);
      expect(await pool.attention(held, q, held, { out: resident })).toBe(resident);
      expectSameBits(plain.data, expected.data);
      expectSameBits(resident.view, expected.data);
    } finally {
      held.dispose();
      resident.dispose();
    }
  }
});

test("holds zeros for keys that are hidden, whatever it held", async () => {
  const pool = await openPool();
  const q = randomTensor(random, [1, 768, 64]);
  for (const options of [{ causal: true }, { window: 10 }]) {
    const out = marked([1, 768, 768]);
    await pool.attentionWeights(q, q, { ...options, out });
    expectSameBits(out.data, lab.attentionWeights(q, q, options).data);
  }
});

test("is found again where it has moved to when the memory grew", async () => {
  const pool = await openPool();
  const q = randomTensor(random, [4, 512, 32]);
  const out = lab.resident(marked(q.shape));
  try {
    const call = pool.attention(q, q, q, { out });
    const { buffer } = out.view;
    const large = lab.resident([64, 1024, 1024]);
    large.dispose();
    expect(buffer.byteLength).toBe(0);
    expect(await call).toBe(out);
    expectSameBits(out.view, lab.attention(q, q, q).data);
  } finally {
    out.dispose();
  }
});

test("takes each gradient by its name, also one that parts add up", async () => {
  const pool = await openPool();
  // Rows of one head: both parts have shares of all keys. Heads: each has its own.
  for (const shape of [
    [1, 1000, 64],
    [4, 512, 32],
  ]) {
    const [q, dOutput] = [randomTensor(random, shape), randomTensor(random, shape)];
    const expected = lab.attentionBackward(q, q, q, dOutput);
    const [dq, dv] = [marked(shape), lab.resident(marked(shape))];
    try {
      const gradients = await pool.attentionBackward(q, q, q, dOutput, { out: { dq, dv } });
      expect(gradients.dq).toBe(dq);
      expect(gradients.dv).toBe(dv);
      const fresh = await pool.attentionBackward(q, q, q, dOutput);
      for (const name of ["dq", "dk", "dv"] as const) {
        const { data } = gradients[name] as Tensor;
        expectSameBits(name === "dv" ? dv.view : data, fresh[name].data);
        const far = expected[name].data.findIndex(
          (value, i) => !(Math.abs(value - (fresh[name].data[i] ?? NaN)) < 1e-5),
        );
        expect(far).toBe(-1);
      }
    } finally {
      dv.dispose();
    }
  }
});

test("takes the results of an operation that is not shared out", async () => {
  const pool = await openPool();
  const x = randomTensor(random, [64, 64]);
  const output = marked(x.shape);
  const results = await pool.entropyNormalize(x, { entropy: 3, out: { output } });
  expect(results.output).toBe(output);
  expect(results).toEqual({ ...lab.entropyNormalize(x, { entropy: 3 }) });
});

/** A call of many parts, some of which have come after 150 ms and some have not. */
const q = randomTensor(random, [9, 4096, 64]);

test("stays as it was if the call is given up", async () => {
  const pool = await openPool();
  const out = marked(q.shape);
  const abort = new AbortController();
  const call = outcome(pool.attention(q, q, q, { out, signal: abort.signal }));
  await wait(150);
  abort.abort("enough");
  expect(await call).toBe("enough");
  expectSameBits(out.data, marked(q.shape).data);
});

test("stays as it was if the call is given up when all of it is on the way", async () => {
  const pool = await openPool();
  const short = randomTensor(random, [8, 1024, 64]);
  const out = marked(short.shape);
  await pool.attention(short, short, short);
  const abort = new AbortController();
  const call = outcome(pool.attention(short, short, short, { out, signal: abort.signal }));
  await wait(2);
  abort.abort("enough");
  expect(await call).toBe("enough");
  await wait(300);
  expectSameBits(out.data, marked(short.shape).data);
});

test("is the one that the call was made with", async () => {
  const pool = await openPool();
  const [x, dOutput] = [randomTensor(random, [512, 512]), randomTensor(random, [512, 512])];
  const [dx, other] = [marked(x.shape), marked(x.shape)];
  const outs = { dx };
  const call = pool.softmaxBackward(x, dOutput, { out: outs });
  outs.dx = other;
  expect((await call).dx === dx).toBe(true);
  expectSameBits(dx.data, lab.softmaxBackward(x, dOutput).dx.data);
  expectSameBits(other.data, marked(x.shape).data);
});

test("stays as it was if a worker dies", async () => {
  const { workers } = watchWorkers();
  const pool = await openPool();
  const out = marked(q.shape);
  const call = outcome(pool.attention(q, q, q, { out }));
  await wait(150);
  await workers[0]?.terminate();
  expectFault(await call, { code: "MEMORY", operation: "attention", argument: "threads" });
  expectSameBits(out.data, marked(q.shape).data);
});
