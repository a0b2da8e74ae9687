import { createPool, load, type AttentionOptions, type MemoryUse, type Resident, type Tensor } from "attnlab";
import { expectTypeOf, test } from "vitest";

// What the compiler infers; checked when the tests are type-checked.
const lab = await load();
const x = lab.tensor([
  [1, 2],
  [3, 4],
]);

test("a fresh result is a tensor, out comes back as what it is", () => {
  const held = lab.resident(x);
  try {
    expectTypeOf(lab.softmax(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(lab.softmax(held)).toEqualTypeOf<Tensor>();
    expectTypeOf(lab.softmax(x, { out: undefined })).toEqualTypeOf<Tensor>();
    expectTypeOf(lab.softmax(x, { axis: 0, out: lab.tensor([0, 0, 0, 0], [2, 2]) })).toEqualTypeOf<Tensor>();
    expectTypeOf(lab.softmax(x, { out: held })).toEqualTypeOf<Resident>();
    expectTypeOf(lab.attention(x, held, x, { causal: true, scale: "entropy" })).toEqualTypeOf<Tensor>();
    const options: AttentionOptions = { window: [1, 0], scale: { kind: "entropy", n: "global" } };
    expectTypeOf(lab.attentionWeights(x, x, options)).toEqualTypeOf<Tensor>();
  } finally {
    held.dispose();
  }
});

test("masks are bytes or booleans, with or without a shape", () => {
  expectTypeOf<Uint8Array>().toExtend<NonNullable<AttentionOptions["mask"]>>();
  expectTypeOf<boolean[]>().toExtend<NonNullable<AttentionOptions["mask"]>>();
  expectTypeOf<{ data: boolean[]; shape: number[] }>().toExtend<NonNullable<AttentionOptions["mask"]>>();
  expectTypeOf<Float32Array>().not.toExtend<NonNullable<AttentionOptions["mask"]>>();
});

test("a pool's operations are a lab's, with promises", async () => {
  const pool = await createPool({ threads: 1 });
  const held = await pool.resident(x);
  try {
    expectTypeOf(held).toEqualTypeOf<Resident>();
    expectTypeOf(await pool.softmax(x, { signal: AbortSignal.timeout(9999) })).toEqualTypeOf<Tensor>();
    expectTypeOf(await pool.softmax(x, { axis: 0, out: held })).toEqualTypeOf<Resident>();
    expectTypeOf(await pool.attention(x, held, x, { causal: true, out: undefined })).toEqualTypeOf<Tensor>();
    expectTypeOf(await pool.attentionScale({ d: 64, signal: undefined })).toEqualTypeOf<number>();
    expectTypeOf(await pool.memory()).toEqualTypeOf<MemoryUse>();
    expectTypeOf(pool.threads).toEqualTypeOf<number>();
  } finally {
    held.dispose();
    await pool.terminate();
  }
});
