// Gradients against PyTorch's automatic differentiation (tests/fixtures/golden/make_golden_gradients.py).
import type { AttentionBackwardOptions, Lab, Tensor } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { fixtureJson, numbers, type Word } from "./support/fixtures.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";

interface GoldenArray {
  shape: number[];
  data: Word[];
}

interface GoldenCase {
  name: string;
  op: "attention" | "matmul";
  options: object;
  inputs: Record<string, GoldenArray>;
  tensors: Record<string, GoldenArray>;
}

interface GradientCase {
  name: string;
  op: "attention" | "matmul";
  dOutput: GoldenArray;
  expected: Record<string, GoldenArray>;
}

const { cases } = fixtureJson("golden/gradients.json") as { cases: GradientCase[] };
const calls = ["attention", "matmul"].flatMap(
  (topic) => (fixtureJson(`golden/${topic}.json`) as { cases: GoldenCase[] }).cases,
);

const tensorOf = ({ shape, data }: GoldenArray): Tensor => ({ data: Float32Array.from(numbers(data)), shape });

function run(lab: Lab, { name, op, dOutput }: GradientCase): Partial<Record<string, Tensor>> {
  const call = calls.find((each) => each.op === op && each.name === name) ?? expect.fail(`no case ${name}`);
  const [first, second, third] = Object.values(call.inputs).map(tensorOf) as [Tensor, Tensor, Tensor];
  const gradient = tensorOf(dOutput);
  if (op === "matmul") return { ...lab.matmulBackward(first, second, gradient, call.options) };
  const { mask, bias } = call.tensors;
  const options: AttentionBackwardOptions = {
    ...call.options,
    ...(mask && { mask: { data: Uint8Array.from(numbers(mask.data)), shape: mask.shape } }),
    ...(bias && { bias: tensorOf(bias), gradients: ["q", "k", "v", "bias"] }),
  };
  return { ...lab.attentionBackward(first, second, third, gradient, options) };
}

const make = (...shape: number[]): Tensor => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  shape,
});

describeBoth("gradients", (lab: Lab) => {
  test.each(cases)("golden: $op $name", (golden) => {
    const gradients = run(lab, golden);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden.expected).sort());
    for (const [name, { shape, data }] of Object.entries(golden.expected)) {
      expect(gradients[name]?.shape).toEqual(shape);
      expectClose(gradients[name]?.data ?? [], numbers(data), 3e-6);
    }
  });

  test("matmulBackward takes residents, with the same bits", () => {
    const random = makeRandom(5);
    const [a, b, c] = [randomTensor(random, [3, 4, 5]), randomTensor(random, [6, 5]), randomTensor(random, [3, 4, 6])];
    const plain = lab.matmulBackward(a, b, c, { transposeB: true });
    const held = [lab.resident(a), lab.resident(b), lab.resident(c)] as const;
    try {
      const same = lab.matmulBackward(...held, { transposeB: true });
      expectSameBits(same.da.data, plain.da.data);
      expectSameBits(same.db.data, plain.db.data);
    } finally {
      for (const resident of held) resident.dispose();
    }
  });

  test("matmulBackward: sizes may be 0", () => {
    const { da, db } = lab.matmulBackward(make(2, 0, 3), make(2, 3, 4), make(2, 0, 4));
    expect(da.shape).toEqual([2, 0, 3]);
    expect(Array.from(db.data)).toEqual(new Array(24).fill(0));
    expect(Array.from(lab.matmulBackward(make(2, 3), make(3, 0), make(2, 0)).da.data)).toEqual(new Array(6).fill(0));
    expect(lab.matmulBackward(make(0, 2, 3), make(3, 4), make(0, 2, 4)).db.data.every((entry) => entry === 0)).toBe(
      true,
    );
  });

  type Case = [name: string, args: unknown[], code: Expected["code"], argument: string];
  const refused: Case[] = [
    ["a of rank 1", [make(3), make(3, 3), make(3)], "SHAPE", "a"],
    ["another K", [make(2, 3), make(2, 3), make(2, 3)], "SHAPE", "b"],
    ["no dOutput", [make(2, 3), make(3, 2)], "TYPE", "dOutput"],
    ["dOutput of another shape", [make(2, 3), make(3, 4), make(4, 2)], "SHAPE", "dOutput"],
    ["dOutput of another rank", [make(2, 3), make(3, 4), make(1, 2, 4), { what: 1 }], "SHAPE", "dOutput"],
    ["options no object", [make(2, 3), make(3, 2), make(2, 2), 5], "TYPE", "options"],
    ["an unknown key", [make(2, 3), make(3, 2), make(2, 2), { out: make(2, 3) }], "VALUE", "out"],
    ["transposeA 1", [make(2, 3), make(3, 2), make(2, 2), { transposeA: 1 }], "TYPE", "transposeA"],
  ];
  test.each(refused)("matmulBackward refuses %s", (_, args, code, argument) => {
    const backward = lab.matmulBackward as (...args: unknown[]) => unknown;
    expectRefusal(() => backward(...args), { code, operation: "matmulBackward", argument });
  });
});
