import type { Lab, TensorLike } from "attnlab";
import { test } from "vitest";
import { expectClose } from "./support/compare.js";
import { fixtureJson, numbers, type Word } from "./support/fixtures.js";
import { describeBoth } from "./support/labs.js";

interface GoldenArray {
  shape: number[];
  data: Word[];
}

/** A case of tests/fixtures/golden/rows.json: an operation and its gradients by PyTorch in double precision. */
interface GoldenCase {
  name: string;
  op: string;
  options: object;
  inputs: Record<string, GoldenArray>;
  tensors: Record<string, GoldenArray>;
  expected: Record<string, GoldenArray>;
}

const { cases } = fixtureJson("golden/rows.json") as { cases: GoldenCase[] };

const tensors = (arrays: Record<string, GoldenArray>): Record<string, TensorLike> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(numbers(data)) }]),
  );

type Operation = (...args: unknown[]) => unknown;
const operation = (lab: Lab, name: string): Operation =>
  (lab as unknown as Record<string, Operation>)[name] as Operation;

describeBoth("golden values of row operations and their gradients", (lab) => {
  test.each(cases)("$name", ({ op, options, inputs, tensors: given, expected }) => {
    const { dOutput, ...forward } = tensors(inputs);
    const { dSum, ...forwardOptions } = { ...options, ...tensors(given) } as Record<string, unknown>;
    const result = operation(lab, op)(...Object.values(forward), forwardOptions) as
      TensorLike | Record<string, TensorLike>;
    const gradients = operation(lab, `${op}Backward`)(...Object.values(forward), dOutput, {
      ...forwardOptions,
      ...(dSum !== undefined && { dSum }),
    }) as Record<string, TensorLike>;
    const results = { ...("data" in result ? { output: result as TensorLike } : result), ...gradients };
    expectSameNames(Object.keys(results), Object.keys(expected));
    for (const [name, array] of Object.entries(expected)) {
      expectShape(results[name]?.shape, array.shape);
      expectClose(results[name]?.data ?? [], numbers(array.data), 1e-6);
    }
  });
});

function expectSameNames(actual: string[], expected: string[]): void {
  if (actual.sort().join() !== expected.sort().join())
    throw new Error(`${actual.join()} instead of ${expected.join()}`);
}

function expectShape(actual: readonly number[] | undefined, expected: readonly number[]): void {
  if (actual?.join() !== expected.join())
    throw new Error(`shape ${actual?.join() ?? ""} instead of ${expected.join()}`);
}
