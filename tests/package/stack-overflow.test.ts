/**
 * Calls that end in the middle, because JavaScript's stack does. Whatever they were about, the next one finds the lab as it
 * was: WebAssembly's own stack too, which has no room for many that do not give back what they took.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
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

/**
 * Steps two decoders alike, one of them also where the stack ends, which is a few frames further away each time; prints the
 * kinds that do not go on alike. In a process of its own, in the compiler of first calls: its code takes up most of the stack.
 */
const steps = `
  import { load } from "attnlab";
  const lab = await load({ variant: "simd" });
  const make = (seed, ...shape) => ({
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin((i + 1) * seed)), shape,
  });
  const kinds = [{ kind: "exact" }, { kind: "exact", window: 3 }, { kind: "linear" }, { kind: "performer" }];
  for (const options of kinds) {
    const [x, y, z] = [0.3, 0.7, 0.9].map((seed) => make(seed, 3, 5, 64));
    for (let further = 0; further < 100; further++) {
      const [cut, whole] = [lab.decoder(options), lab.decoder(options)];
      for (const decoder of [cut, whole]) decoder.step(x, x, x);
      let rows;
      const dive = () => {
        try { dive(); } catch {}
        try { rows ??= cut.step(y, y, y); } catch {}
      };
      const start = (frames) => (frames > 0 ? start(frames - 1, frames) : dive());
      start(further);
      const ours = [rows, cut.step(z, z, z)], theirs = [whole.step(y, y, y), whole.step(z, z, z)];
      if (ours.some(({ data }, i) => data.some((value, at) => value !== theirs[i].data[at]))) {
        console.log(options);
        break;
      }
      cut.dispose();
      whole.dispose();
    }
  }
`;

test("a decoder goes on after a step that was cut short as if it had not been", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const flags = ["--liftoff-only", "--input-type=module", "--eval"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, steps], { cwd: root, encoding: "utf8" });
  expect([status, stdout, stderr]).toEqual([0, "", ""]);
});
