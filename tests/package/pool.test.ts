/** The life of a pool: its threads, its calls, and how both end. What it computes is in pool-cutting*.test.ts. */
import { spawnSync } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AttnlabError, createPool, load, type Lab, type Pool, type PoolOptions } from "attnlab";
import { createPool as createExternal } from "attnlab/external";
import { describe, expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectFault, expectRejection, thrownBy } from "./support/errors.js";
import { forbidWorkers, openPool, outcome, replaceWorker, watchWorkers } from "./support/pools.js";
import { makeRandom, randomTensor } from "./support/random.js";

const random = makeRandom(38);
const lab = await load();

/** Takes a worker a few milliseconds. */
const short = randomTensor(random, [64, 64]);
/** Takes a worker a good while. */
const long = randomTensor(random, [4096, 64]);

/** A script of its own, in which "attnlab" is the built package. */
function run(code: string): { status: number | null; stdout: string; stderr: string } {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  return spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: root,
    encoding: "utf8",
    timeout: 20_000,
  });
}

describe("createPool", () => {
  test("starts as many workers as it is told to", async () => {
    const { workers } = watchWorkers();
    const pool = await openPool({ threads: 3 });
    expect(pool.threads).toBe(3);
    expect(workers.length).toBe(3);
  });

  test("by default starts one for each core, 8 at most", async () => {
    const pool = await createPool();
    expect(pool.threads).toBeGreaterThanOrEqual(1);
    expect(pool.threads).toBeLessThanOrEqual(8);
    await pool.terminate();
  });

  const refused: [options: unknown, code: "TYPE" | "RANGE" | "VALUE", argument: string][] = [
    [{ threads: 0 }, "RANGE", "threads"],
    [{ threads: -1 }, "RANGE", "threads"],
    [{ threads: 1.5 }, "RANGE", "threads"],
    [{ threads: NaN }, "RANGE", "threads"],
    [{ threads: Infinity }, "RANGE", "threads"],
    [{ threads: "2" }, "TYPE", "threads"],
    [{ threads: null }, "TYPE", "threads"],
    [{ thread: 2 }, "VALUE", "thread"],
    [{ variant: "fast" }, "VALUE", "variant"],
    [null, "TYPE", "options"],
    [2, "TYPE", "options"],
  ];
  test.each(refused)("refuses %o", async (options, code, argument) => {
    await expectRejection(createPool(options as PoolOptions), { code, operation: "createPool", argument });
  });

  test("takes the options of load", async () => {
    const pool = await openPool({ variant: "simd", threads: undefined });
    expect(pool.variant).toBe("simd");
    expect(pool.version).toBe(lab.version);
    const wasmUrl = new URL("../../dist/kernels.simd.wasm", import.meta.url);
    const external = await createExternal({ wasmUrl, threads: 1 });
    expect(await external.softmax(short)).toEqual((await load({ variant: "simd" })).softmax(short));
    await external.terminate();
  });

  test("has every operation of a lab", async () => {
    const pool = await openPool();
    const names = Object.keys(lab).filter((name) => typeof lab[name as keyof Lab] === "function");
    for (const name of names) expect(typeof pool[name as keyof Pool], name).toBe("function");
    expect(Object.isFrozen(pool)).toBe(true);
  });

  test("where no worker can be had, computes in the calling thread and says so", async () => {
    forbidWorkers();
    const pool = await openPool({ threads: 4 });
    expect(pool.threads).toBe(1);
    expect(await pool.attention(short, short, short)).toEqual(lab.attention(short, short, short));
    await expectRejection(pool.matmul(short, long), { code: "SHAPE", operation: "matmul", argument: "b" });
    await pool.terminate();
    await expectRejection(pool.softmax(short), { code: "DISPOSED", operation: "softmax", argument: "pool" });
  });

  test("computes a large call part by part on the calling thread, from what its inputs were", async () => {
    forbidWorkers();
    const pool = await openPool();
    const x = { data: long.data.slice(), shape: long.shape };
    const call = pool.attention(x, x, x);
    x.data.fill(NaN);
    let turns = 0;
    const timer = setInterval(() => (turns += 1));
    const { data } = await call;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    expectSameBits(data, lab.attention(long, long, long).data);
    expect(data.buffer.byteLength).toBe(data.byteLength);
  });

  test("does with the workers that could be started", async () => {
    let count = 0;
    replaceWorker((original) => {
      return class extends original {
        constructor(...args: ConstructorParameters<typeof original>) {
          if (++count === 2) throw new Error("no more");
          super(...args);
        }
      };
    });
    const pool = await openPool({ threads: 2 });
    expect(pool.threads).toBe(1);
    expect(await pool.softmax(short)).toEqual(lab.softmax(short));
  });
});

describe("calls", () => {
  test("leave the caller's buffers alone, and do not see what is done to them later", async () => {
    const pool = await openPool();
    const expected = lab.attention(long, long, long);
    const whole = new Float32Array(long.data.length + 1);
    const mine = { data: whole.subarray(1), shape: long.shape };
    mine.data.set(long.data);
    const before = lab.attention(mine, mine, mine);
    // The second waits for workers, the first does not.
    const calls = [pool.attention(mine, mine, mine), pool.attention(mine, mine, mine)];
    mine.data.fill(NaN);
    for (const result of await Promise.all(calls)) expectSameBits(result.data, before.data);
    expect(whole.length).toBe(long.data.length + 1);
    expectSameBits(before.data, expected.data);
  });

  test("give each its own result, however many overlap", async () => {
    const pool = await openPool();
    const inputs = Array.from({ length: 50 }, (_, i) => randomTensor(random, [1 + (i % 7), 1 + (i % 64), 8]));
    const results = await Promise.all(inputs.map((x) => pool.attention(x, x, x, { causal: true })));
    inputs.forEach((x, i) => {
      expect(results[i]).toEqual(lab.attention(x, x, x, { causal: true }));
    });
  });

  test("take turns: a small one does not wait for all of a large one", async () => {
    const pool = await openPool();
    const large = randomTensor(random, [16, 2048, 64]);
    const order: string[] = [];
    await Promise.all([
      pool.attention(large, large, large).then(() => order.push("large")),
      pool.attention(short, short, short).then(() => order.push("small")),
    ]);
    expect(order).toEqual(["small", "large"]);
  });

  test("are refused as the lab refuses them, before anything is sent", async () => {
    const { sent } = watchWorkers();
    const pool = await openPool();
    const before = sent();
    const [q, k] = [randomTensor(random, [2, 5, 8]), randomTensor(random, [2, 6, 7])];
    const disposed = lab.resident([2, 5, 8]);
    disposed.dispose();
    const same = async (operation: "attention" | "softmax" | "matmul", ...args: unknown[]): Promise<void> => {
      type Any = Record<string, (...args: unknown[]) => unknown>;
      const expected = thrownBy(() => (lab as unknown as Any)[operation]?.(...args)) as AttnlabError;
      expect(expected).toBeInstanceOf(AttnlabError);
      const { code, argument, message } = expected;
      const error = await outcome((pool as unknown as Any)[operation]?.(...args) as Promise<unknown>);
      expect(expectFault(error, { code, operation, argument }).message).toBe(message);
    };
    await same("attention", q, k, k);
    await same("attention", q, q);
    await same("attention", disposed, q, q);
    await same("attention", q, q, q, { casual: true });
    await same("attention", q, q, q, { window: -1 });
    await same("attention", q, q, q, { out: q });
    await same("attention", q, q, q, { mask: [true] });
    await same("attention", q, q, q, null);
    await same("attention", null, q, q);
    await same("softmax", q, { axis: 3 });
    await same("matmul", q, q);
    expect(sent()).toBe(before);
    expect(await pool.softmax(q)).toEqual(lab.softmax(q));
  });

  test("that concern the caller's own memory are done here", async () => {
    const { sent } = watchWorkers();
    const pool = await openPool();
    const before = sent();
    expect(await pool.tensor([[1, 2]])).toEqual(lab.tensor([[1, 2]]));
    const held = await pool.resident([2, 3]);
    expect((await pool.memory()).liveResidents).toBe(lab.memory().liveResidents);
    held.dispose();
    expect(sent()).toBe(before);
    expect(await pool.attentionScale({ d: 64 })).toBe(0.125);
  });
});

describe("signal", () => {
  test("that is aborted already rejects with its reason, and nothing is sent", async () => {
    const { sent } = watchWorkers();
    const pool = await openPool();
    const before = sent();
    const reason = new Error("changed my mind");
    expect(await outcome(pool.softmax(short, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const error = await outcome(pool.softmax(short, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: "AbortError" });
    expect(sent()).toBe(before);
  });

  test("ends a call in flight at once; the pool goes on", async () => {
    const pool = await openPool();
    const huge = randomTensor(random, [8, 4096, 64]);
    const abort = new AbortController();
    const call = outcome(pool.attention(huge, huge, huge, { signal: abort.signal }));
    await wait(20);
    const start = performance.now();
    abort.abort("enough");
    expect(await call).toBe("enough");
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await pool.softmax(short)).toEqual(lab.softmax(short));
    expect(pool.threads).toBe(2);
  });

  test("frees a worker that will not come to an end soon", async () => {
    const { workers } = watchWorkers();
    const pool = await openPool({ threads: 1 });
    // Not cut: the rows of one axis stay together.
    const x = randomTensor(random, [300_000, 100]);
    const abort = new AbortController();
    const call = outcome(
      Promise.all(Array.from({ length: 4 }, () => pool.softmax(x, { axis: 0, signal: abort.signal }))),
    );
    await wait(20);
    abort.abort("enough");
    expect(await call).toBe("enough");
    expect(await pool.softmax(short)).toEqual(lab.softmax(short));
    expect(pool.threads).toBe(1);
    expect(workers.length).toBeLessThanOrEqual(2);
  });

  test("ends a call that waits, and no other", async () => {
    const pool = await openPool({ threads: 1 });
    const abort = new AbortController();
    const first = pool.attention(long, long, long);
    const second = outcome(pool.attention(long, long, long, { signal: abort.signal }));
    const third = pool.softmax(short);
    abort.abort(7);
    expect(await second).toBe(7);
    expectSameBits((await first).data, lab.attention(long, long, long).data);
    expect(await third).toEqual(lab.softmax(short));
  });

  test("that is aborted later changes nothing", async () => {
    const pool = await openPool();
    const abort = new AbortController();
    const result = await pool.softmax(short, { signal: abort.signal });
    abort.abort();
    expect(result).toEqual(lab.softmax(short));
    expect(await pool.softmax(short)).toEqual(result);
  });

  test("has to be one", async () => {
    const pool = await openPool();
    for (const signal of [null, true, {}]) {
      const call = pool.softmax(short, { signal: signal as unknown as AbortSignal });
      await expectRejection(call, { code: "TYPE", operation: "softmax", argument: "signal" });
    }
    expect(await pool.softmax(short, { signal: undefined })).toEqual(lab.softmax(short));
  });
});

describe("the end", () => {
  test("rejects calls that are pending or come later with DISPOSED; may come twice", async () => {
    const pool = await createPool({ threads: 2 });
    const pending = [pool.attention(long, long, long), pool.attention(long, long, long), pool.matmul(long, short)];
    const settled = Promise.all(pending.map(outcome));
    const ends = [pool.terminate(), pool.terminate()];
    const operations = ["attention", "attention", "matmul"];
    (await settled).forEach((error, i) => {
      expectFault(error, { code: "DISPOSED", operation: operations[i] ?? "", argument: "pool" });
    });
    await Promise.all(ends);
    await expectRejection(pool.softmax(short), { code: "DISPOSED", operation: "softmax", argument: "pool" });
    await expectRejection(pool.attentionScale({ d: 4 }), {
      code: "DISPOSED",
      operation: "attentionScale",
      argument: "pool",
    });
    await pool.terminate();
  });

  test("lets the process end", () => {
    const { status, stdout, stderr } = run(`
      import { createPool } from "./dist/index.js";
      const pool = await createPool({ threads: 2 });
      const x = { data: new Float32Array(64 * 64), shape: [64, 64] };
      await pool.attention(x, x, x);
      await pool.terminate();
      console.log("ended");`);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "ended\n", stderr: "" });
  });

  test("is not needed for that: an idle pool keeps no process alive, a pending call does", () => {
    const { status, stdout, stderr } = run(`
      import { createPool } from "./dist/index.js";
      const pool = await createPool({ threads: 2 });
      const x = { data: new Float32Array(1024 * 64), shape: [1024, 64] };
      pool.attention(x, x, x).then(() => console.log("done"));`);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "done\n", stderr: "" });
  });

  test("is waited for: a late answer does not let the process end before the workers have", async () => {
    let released = 0;
    replaceWorker(
      (original) =>
        class extends original {
          #ending = false;
          override terminate(): Promise<number> {
            this.#ending = true;
            const end = super.terminate();
            this.emit("message", { value: undefined });
            return end;
          }
          override unref(): void {
            if (this.#ending) released += 1;
            super.unref();
          }
        },
    );
    const pool = await createPool({ threads: 1 });
    const call = outcome(pool.softmax(short));
    await pool.terminate();
    expectFault(await call, { code: "DISPOSED", operation: "softmax", argument: "pool" });
    expect(released).toBe(0);
  });

  test("leaves nothing behind, time after time", async () => {
    const { workers } = watchWorkers();
    const cycle = async (): Promise<void> => {
      const pool = await createPool({ threads: 2 });
      await pool.softmax(short);
      await pool.terminate();
    };
    for (let i = 0; i < 5; i++) await cycle();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 20; i++) await cycle();
    // A worker holds more than 2 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(40e6);
    expect(workers.filter(({ threadId }) => threadId >= 0)).toEqual([]);
  });
});

describe("a worker that dies", () => {
  const lostCall = { code: "MEMORY", operation: "attention", argument: "threads" } as const;

  test("at work: its call rejects, another takes its place", async () => {
    const { workers } = watchWorkers();
    const pool = await openPool();
    const call = outcome(pool.attention(long, long, long));
    const other = outcome(pool.attention(long, long, long));
    await workers[0]?.terminate();
    expectFault(await call, lostCall);
    expect(await other).toBeUndefined();
    expectSameBits((await pool.attention(long, long, long)).data, lab.attention(long, long, long).data);
    expect(pool.threads).toBe(2);
    expect(workers.length).toBe(3);
  });

  test("idle: nobody notices", async () => {
    const { workers } = watchWorkers();
    const pool = await openPool();
    await Promise.all(workers.slice(0, 2).map((worker) => worker.terminate()));
    const results = await Promise.all(Array.from({ length: 4 }, () => pool.softmax(short)));
    for (const result of results) expect(result).toEqual(lab.softmax(short));
    expect(pool.threads).toBe(2);
  });

  test("and cannot be replaced: the others go on, in the end the calling thread", async () => {
    const { workers } = watchWorkers();
    const pool = await openPool();
    forbidWorkers();
    const mine = workers.slice(0, 2);
    await mine[0]?.terminate();
    expect(await pool.softmax(short)).toEqual(lab.softmax(short));
    expect(pool.threads).toBe(1);
    await mine[1]?.terminate();
    expect(await pool.softmax(short)).toEqual(lab.softmax(short));
    expect(pool.threads).toBe(1);
  });
});
