import type {
  AttentionOptions,
  Lab,
  LayerNormOptions,
  Mask,
  MatmulOptions,
  SoftmaxOptions,
  Tensor,
  TensorLike,
} from "attnlab";
import { test } from "vitest";
import { expectClose } from "./support/compare.js";
import { fixtureJson, numbers, type Word } from "./support/fixtures.js";
import { describeBoth } from "./support/labs.js";

interface GoldenArray {
  shape: number[];
  data: Word[];
}

/** A case of tests/fixtures/golden, computed by PyTorch and SciPy in double precision. */
interface GoldenCase {
  name: string;
  op: "attention" | "softmax" | "logSoftmax" | "layerNorm" | "rmsNorm" | "matmul";
  options: object;
  inputs: Record<string, GoldenArray>;
  tensors: Record<string, GoldenArray>;
  expected: Record<string, GoldenArray>;
}

const cases = ["attention", "normalization", "matmul"].flatMap(
  (topic) => (fixtureJson(`golden/${topic}.json`) as { cases: GoldenCase[] }).cases,
);

const tensorOf = ({ shape, data }: GoldenArray): Tensor => ({ data: Float32Array.from(numbers(data)), shape });

const maskOf = ({ shape, data }: GoldenArray): Mask => ({ data: Uint8Array.from(numbers(data)), shape });

const tolerances = { attention: 1e-6, softmax: 5e-7, logSoftmax: 1e-6, layerNorm: 3e-7, rmsNorm: 3e-7, matmul: 1e-6 };

function run(lab: Lab, { op, options, inputs, tensors }: GoldenCase): Record<string, TensorLike> {
  const given = Object.entries(tensors).map(([name, array]) => [
    name,
    name === "mask" ? maskOf(array) : tensorOf(array),
  ]);
  const all: AttentionOptions & LayerNormOptions & SoftmaxOptions & MatmulOptions = {
    ...options,
    ...(Object.fromEntries(given) as object),
  };
  const [first, second, third] = Object.values(inputs).map(tensorOf) as [Tensor, Tensor, Tensor];
  switch (op) {
    case "attention":
      return {
        output: lab.attention(first, second, third, all),
        weights: lab.attentionWeights(first, second, all),
      };
    case "matmul":
      return { output: lab.matmul(first, second, all) };
    default:
      return { output: lab[op](first, all) };
  }
}

describeBoth("golden values", (lab) => {
  test.each(cases)("$op $name", (golden) => {
    const results = run(lab, golden);
    for (const [name, array] of Object.entries(golden.expected)) {
      expectClose(results[name]?.data ?? [], numbers(array.data), tolerances[golden.op]);
    }
  });
});
