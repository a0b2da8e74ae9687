/** A call of a pool, held to the same call of one thread. */
import { load, type Pool, type Tensor } from "attnlab";
import { expect } from "vitest";
import { expectClose } from "./compare.js";

type Operation = (...args: unknown[]) => unknown;
const method = (owner: object, name: string): Operation => (owner as Record<string, Operation>)[name] as Operation;

/** A result that is one tensor. */
export async function comparePooled(pool: Pool, name: string, ...args: unknown[]): Promise<void> {
  const lab = await load({ variant: pool.variant });
  const expected = method(lab, name)(...args) as Tensor;
  const actual = (await method(pool, name)(...args)) as Tensor;
  expect(actual.shape).toEqual(expected.shape);
  expectClose(actual.data, expected.data);
  expect(actual.data.buffer.byteLength).toBe(actual.data.byteLength);
}

/** Results by name: the same ones, as close as sums are that were taken in another order. */
export async function comparePooledByName(pool: Pool, name: string, ...args: unknown[]): Promise<void> {
  const lab = await load({ variant: pool.variant });
  const expected = method(lab, name)(...args) as Record<string, Tensor | undefined>;
  const actual = (await method(pool, name)(...args)) as Record<string, Tensor | undefined>;
  const names = Object.keys(expected).filter((key) => expected[key]);
  expect(names.length).toBeGreaterThan(0);
  expect(Object.keys(actual).filter((key) => actual[key])).toEqual(names);
  for (const key of names) {
    expect(actual[key]?.shape, key).toEqual(expected[key]?.shape);
    expectClose(actual[key]?.data ?? [], expected[key]?.data ?? [], 2e-5);
  }
}
