/**
 * Calls that end in the middle, because JavaScript's stack does. Whatever they were about, the next one finds the lab as it
 * was: WebAssembly's own stack too, which has no room for many that do not give back what they took.
 */
import { load, type Lab, type Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { variants } from "./support/labs.js";
import { operations } from "./support/operations.js";
import { makeRandom, randomTensor } from "./support/random.js";

/**
 * Goes to the end of the stack, and on the way back calls from every depth until that works a few times. Returns how many
 * calls were cut short.
 */
function callNearTheEnd(call: () => unknown): number {
  let cutShort = 0;
  let done = 0;
  let surprise: unknown;
  const dive = (): void => {
    try {
      dive();
    } catch {
      // The end.
    }
    if (done === 3) return;
    try {
      call();
      done++;
    } catch (error) {
      cutShort++;
      if (!(error instanceof RangeError)) surprise ??= error;
    }
  };
  dive();
  if (surprise !== undefined) throw surprise as Error;
  return cutShort;
}

const random = makeRandom(24);
const x = randomTensor(random, [7, 5]);

describe.each(variants)("calls that overflow the stack [%s]", async (variant) => {
  const lab: Lab = await load({ variant });
  const decoder = lab.decoder({ kind: "exact" });
  const factors = lab.nystromFactors(x, x, { landmarks: 3 });

  /** Every operation, the way that attention takes with one matrix, and the functions that results bring along. */
  const calls: Record<string, () => unknown> = {
    ...Object.fromEntries(Object.entries(operations).map(([name, call]) => [name, () => call(lab)])),
    "attention of one matrix": () => lab.attention(x, x, x),
    "decoder.step": () => {
      decoder.reset();
      return decoder.step(x, x, x);
    },
    "nystromFactors.rows": () => factors.rows([2]),
  };

  test.each(Object.keys(calls))("%s", (name) => {
    const call = calls[name] ?? expect.fail();
    const expected = call();
    const before = lab.memory();
    for (let cutShort = 0; cutShort < 2000;) cutShort += callNearTheEnd(call);
    expect(call()).toEqual(expected);
    expect(lab.memory()).toEqual(before);
  });

  test("calls that ask for more memory each time, beside a resident", () => {
    let n = 0;
    const larger = (): Tensor => {
      n += 100;
      return lab.softmax({ data: new Float32Array(n), shape: [n] });
    };
    for (let cutShort = 0; cutShort < 2000;) {
      cutShort += callNearTheEnd(larger);
      const held = lab.resident(x);
      try {
        lab.softmax(x);
        expectSameBits(held.view, x.data);
      } finally {
        held.dispose();
      }
    }
  });
});
