import {
  createPool,
  load,
  type AttentionOptions,
  type MemoryUse,
  type Outs,
  type Resident,
  type Tensor,
} from "attnlab";
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

test("of several results, those with an out are what it is", () => {
  const held = lab.resident(x);
  const other = lab.tensor([0, 0, 0, 0], [2, 2]);
  try {
    expectTypeOf(lab.softmaxBackward(x, x)).toEqualTypeOf<{ dx: Tensor }>();
    expectTypeOf(lab.softmaxBackward(x, x, { axis: 0, out: undefined }).dx).toEqualTypeOf<Tensor>();
    expectTypeOf(lab.softmaxBackward(x, x, { axis: 0, out: { dx: held } })).toEqualTypeOf<{ dx: Resident }>();
    expectTypeOf(lab.layerNormBackward(x, x, { out: { dx: held } }).dgamma).toEqualTypeOf<Tensor | undefined>();
    const { dq, dk, dv } = lab.attentionBackward(x, x, x, x, { out: { dq: held, dk: other } });
    expectTypeOf(dq).toEqualTypeOf<Resident>();
    expectTypeOf(dk).toEqualTypeOf<Tensor>();
    expectTypeOf(dv).toEqualTypeOf<Tensor>();
    const some = lab.attentionBackward(x, x, x, x, { gradients: ["q"], out: {} });
    expectTypeOf(some.dq).toEqualTypeOf<Tensor>();
    expectTypeOf(some.dk).toEqualTypeOf<undefined>();
    const { output, status } = lab.entropyNormalize(other, { entropy: 0.5, input: "logits", out: { output: held } });
    expectTypeOf(output).toEqualTypeOf<Resident>();
    expectTypeOf(status).toExtend<string[]>();
    expectTypeOf<{ dx: Resident }>().toExtend<Outs<{ dx: Tensor }>>();
    expectTypeOf<{ dx: number }>().not.toExtend<Outs<{ dx: Tensor }>>();
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
    expectTypeOf(await pool.softmaxBackward(x, x, { axis: 0 })).toEqualTypeOf<{ dx: Tensor }>();
    const { da, db } = await pool.matmulBackward(x, x, x, { transposeA: true, out: { da: held } });
    expectTypeOf(da).toEqualTypeOf<Resident>();
    expectTypeOf(db).toEqualTypeOf<Tensor>();
    expectTypeOf(await pool.memory()).toEqualTypeOf<MemoryUse>();
    expectTypeOf(pool.threads).toEqualTypeOf<number>();
  } finally {
    held.dispose();
    await pool.terminate();
  }
});
