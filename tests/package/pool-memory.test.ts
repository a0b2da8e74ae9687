/** The memory of a pool: what there is no room for, and what is not held on to. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { load } from "attnlab";
import { afterEach, describe, expect, test, vi } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectFault } from "./support/errors.js";
import { openPool, outcome, watchWorkers } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

const random = makeRandom(39);
const lab = await load();

/** Takes a worker a few milliseconds. */
const short = randomTensor(random, [64, 64]);
/** Takes a worker a good while. */
const long = randomTensor(random, [4096, 64]);

test("what small calls are made of is not held on to", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const pool = await openPool({ threads: 1 });
  const before = process.memoryUsage().arrayBuffers;
  // 8 MB.
  for (let i = 0; i < 500; i++) await pool.batchStatistics(short);
  await vi.waitFor(
    () => {
      collect();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
    },
    { timeout: 5000 },
  );
});

test("what is too large to keep leaves what is kept where it is", async () => {
  const pool = await openPool({ threads: 1 });
  const kept = randomTensor(random, [256, 256]);
  await pool.entropy(kept);
  const tooLarge = { data: new Float32Array(2 ** 24 + 1), shape: [1, 2 ** 24 + 1] };
  await pool.entropy(tooLarge);
  const sizes: number[] = [];
  class Watched extends ArrayBuffer {
    constructor(size: number) {
      super(size);
      sizes.push(size);
    }
  }
  vi.stubGlobal("ArrayBuffer", Watched);
  try {
    await pool.entropy(kept);
    expect(sizes).not.toContain(kept.data.byteLength);
    // There is room for one of 64 MB, and then for nothing else.
    const largest = { data: new Float32Array(2 ** 24), shape: [1, 2 ** 24] };
    await pool.entropy(largest);
    sizes.length = 0;
    await pool.entropy(largest);
    expect(sizes).not.toContain(largest.data.byteLength);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("new memory for a result, and no other, is a message of its own", async () => {
  const { messages } = watchWorkers();
  const pool = await openPool();
  const lent = (): number => messages.filter((message) => message instanceof ArrayBuffer).length;
  const result = await pool.attention(long, long, long);
  expect(lent()).toBe(1);
  expect(result.data.buffer.byteLength).toBe(long.data.byteLength);
  await pool.attention(long, long, long, { out: result });
  const small = await pool.matmul(randomTensor(random, [16, 4096]), randomTensor(random, [4096, 256]));
  expect(small.shape).toEqual([16, 256]);
  expect(lent()).toBe(1);
});

describe("inputs that there is no room to copy", () => {
  const unaffordable = { code: "MEMORY", operation: "attention", argument: "threads" } as const;

  /** From the call on, buffers of more than a hundred bytes cannot be had any more. */
  function exhaustAfter(count: number): void {
    let made = 0;
    class Exhausted extends ArrayBuffer {
      constructor(size: number) {
        if (size > 100 && ++made > count) throw new RangeError("Array buffer allocation failed");
        super(size);
      }
    }
    vi.stubGlobal("ArrayBuffer", Exhausted);
  }
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  // Of four parts each has an array of queries, of keys, of values, and all but the first one for the result.
  test.each([0, 2, 3, 6, 7, 14])("after %i arrays: the call rejects, the pool lives on", async (count) => {
    const { messages } = watchWorkers();
    const pool = await openPool();
    messages.length = 0;
    exhaustAfter(count);
    expectFault(await outcome(pool.attention(long, long, long)), unaffordable);
    vi.unstubAllGlobals();
    // The memory of the result is on its way before anything is copied.
    expect(messages[0]).toBeInstanceOf(ArrayBuffer);
    expect(messages.length).toBe(1 + Math.floor((count + 1) / 4));
    // What was lent in vain has another size.
    for (const rows of [2048, 4096]) {
      const q = { data: long.data.subarray(0, rows * 64), shape: [rows, 64] };
      const result = await pool.attention(q, long, long);
      expect(result.data.buffer.byteLength).toBe(rows * 64 * 4);
      expectSameBits(result.data, lab.attention(q, long, long).data);
    }
    expect(pool.threads).toBe(2);
  });

  test("for tasks that have to wait: what was sent of the call is not waited for", async () => {
    const { workers } = watchWorkers();
    const pool = await openPool();
    const heads = randomTensor(random, [16, 2048, 64]);
    const first = outcome(pool.attention(long, long, long));
    exhaustAfter(3);
    const call = outcome(pool.attention(heads, heads, heads));
    vi.unstubAllGlobals();
    expectFault(await call, unaffordable);
    expect(await first).toBeUndefined();
    expect(workers.length).toBe(2);
    expectSameBits((await pool.attention(long, long, long)).data, lab.attention(long, long, long).data);
  });
});
