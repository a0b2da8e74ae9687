import { readFileSync } from "node:fs";
import { load, type Lab, type Resident } from "attnlab";
import { expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectRefusal } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { operations } from "./support/operations.js";
import { makeRandom, randomTensor } from "./support/random.js";

const x = randomTensor(makeRandom(23), [2, 7, 5]);

describeBoth("memory", (lab: Lab) => {
  test("every operation is covered here", () => {
    const methods = Object.entries(lab).filter(([, value]) => typeof value === "function");
    expect(methods.map(([name]) => name).sort()).toEqual(Object.keys(operations).sort());
  });

  test.each(Object.keys(operations))("10,000 calls of %s hold what 100 hold", (name) => {
    const call = operations[name] ?? expect.fail();
    for (let i = 0; i < 100; i++) call(lab);
    const before = lab.memory();
    for (let i = 0; i < 9900; i++) call(lab);
    expect(lab.memory()).toEqual(before);
  });

  test("calls of growing and shrinking size settle", () => {
    const sizes = [1, 300, 20, 150, 299, 64];
    const sweep = (): void => {
      for (const n of sizes) {
        const square = lab.tensor(new Float32Array(n * n), [n, n]);
        lab.matmul(square, square);
        lab.attention(square, square, square);
        lab.resident(square).dispose();
      }
    };
    sweep();
    const before = lab.memory();
    for (let i = 0; i < 20; i++) sweep();
    expect(lab.memory()).toEqual(before);
  });

  test("staging is by matrix: a large batch needs no more than one of its matrices", () => {
    const n = 64;
    const batch = 512;
    const large = lab.tensor(new Float32Array(batch * n * n), [batch, n, n]);
    const one = lab.tensor(new Float32Array(n * n), [1, n, n]);
    lab.attention(one, one, one);
    lab.softmax(large, { axis: 0 });
    const before = lab.memory().bytes;
    lab.attention(large, large, large);
    lab.attentionWeights(large, large);
    lab.matmul(large, large);
    for (const operation of ["softmax", "logSoftmax", "layerNorm", "rmsNorm"] as const) lab[operation](large);
    // One of these arrays alone has 8 MB.
    expect(lab.memory().bytes - before).toBeLessThan(2 ** 21);
  });

  test("operations on residents copy nothing: no staging for them", () => {
    const n = 1024;
    const held = lab.resident([n, n]);
    const out = lab.resident([n, n]);
    try {
      const before = lab.memory().bytes;
      lab.softmax(held, { out });
      lab.layerNorm(held, { out });
      expect(lab.memory().bytes).toBe(before);
    } finally {
      held.dispose();
      out.dispose();
    }
  });
});

test("what no memory holds is refused, nothing is lost, and the next call works", async () => {
  // An instance of its own, which the other tests have not let grow.
  const wasmBinary = readFileSync(new URL("../../dist/kernels.simd.wasm", import.meta.url));
  const lab = await load({ wasmBinary });
  const n = 30_000;
  const tall = lab.tensor(new Float32Array(n), [n, 1]);
  const wide = lab.tensor(new Float32Array(n), [1, n]);
  const held: Resident = lab.resident(x);
  try {
    const sound = lab.attention(held, x, x);
    const before = lab.memory();
    expectRefusal(() => lab.attentionWeights(tall, tall), {
      code: "MEMORY",
      operation: "attentionWeights",
      argument: "out",
    });
    expectRefusal(() => lab.matmul(tall, wide), { code: "MEMORY", operation: "matmul", argument: "out" });
    expectRefusal(() => lab.resident([n, n]), { code: "MEMORY", operation: "resident", argument: "tensorOrShape" });
    expect(lab.memory()).toEqual(before);

    // Room for one block of a gigabyte, not for two.
    const large = lab.resident([2 ** 28]);
    const during = lab.memory();
    expectRefusal(() => lab.resident([2 ** 28]), { code: "MEMORY", operation: "resident", argument: "tensorOrShape" });
    const half = lab.tensor(new Float32Array(17_000), [17_000, 1]);
    expectRefusal(() => lab.attentionWeights(half, half), {
      code: "MEMORY",
      operation: "attentionWeights",
      argument: "out",
    });
    expect(lab.memory()).toEqual(during);
    large.dispose();

    expectSameBits(lab.attention(held, x, x).data, sound.data);
    expectSameBits(held.view, x.data);
  } finally {
    held.dispose();
  }
});
