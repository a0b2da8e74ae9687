import type { Lab, SampleTokenOptions, TensorLike } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";

describeBoth("sampleToken", (lab: Lab) => {
  const logits = randomTensor(makeRandom(1), [50, 30], 3);

  test("shapes; plain sampling has the probabilities of softmax", () => {
    const { token, probabilities } = lab.sampleToken(logits);
    expect(token).toBeInstanceOf(Int32Array);
    expect(token.length).toBe(50);
    expect(probabilities.shape).toEqual([50, 30]);
    expectClose(probabilities.data, lab.softmax(logits).data, 1e-6);
    expectClose(
      lab.sampleToken(logits, { temperature: 0.5 }).probabilities.data,
      lab.softmax(logits, { temperature: 0.5 }).data,
      2e-6,
    );
    const three = lab.tensor(logits.data, [5, 10, 30]);
    expect(Array.from(lab.sampleToken(three).token)).toEqual(Array.from(token));
    expect(lab.sampleToken(lab.tensor([1, 2])).token.length).toBe(1);
  });

  test("the same seed and draw give the same tokens, others give others; the seed may be a bigint", () => {
    const draw = (options: SampleTokenOptions): number[] => Array.from(lab.sampleToken(logits, options).token);
    expect(draw({ seed: 5, draw: 3 })).toEqual(draw({ seed: 5, draw: 3 }));
    expect(draw({ seed: 5, draw: 3 })).toEqual(draw({ seed: 5n, draw: 3 }));
    expect(draw({ seed: 5, draw: 3 })).not.toEqual(draw({ seed: 5, draw: 4 }));
    expect(draw({ seed: 5, draw: 3 })).not.toEqual(draw({ seed: 6, draw: 3 }));
    expect(draw({ seed: 2 ** 53 - 1 })).toEqual(draw({ seed: 2n ** 53n - 1n }));
    expect(draw({ seed: 2n ** 64n - 1n })).not.toEqual(draw({ seed: 2n ** 63n - 1n }));
    expect(draw({})).toEqual(draw({ seed: 0, draw: 0 }));
  });

  test("tokens do not depend on how rows are staged", () => {
    const large = randomTensor(makeRandom(2), [1000, 600]);
    const held = lab.resident(large);
    try {
      expect(Array.from(lab.sampleToken(large).token)).toEqual(Array.from(lab.sampleToken(held).token));
    } finally {
      held.dispose();
    }
  });

  test("order: temperature, topK, topP, renormalized", () => {
    const p = lab.tensor([0.1, 0.4, 0.2, 0.3]);
    const kept = (options: SampleTokenOptions): number[] =>
      Array.from(lab.sampleToken(p, { input: "probabilities", ...options }).probabilities.data);
    expectClose(kept({ topK: 2 }), [0, 4 / 7, 0, 3 / 7], 1e-7);
    expectClose(kept({ topP: 0.65 }), [0, 4 / 7, 0, 3 / 7], 1e-7);
    expectClose(kept({ topP: 0.75 }), [0, 4 / 9, 2 / 9, 3 / 9], 1e-7);
    // Of the three that topK leaves, 4/9 + 3/9 > 0.75: topP counts after renormalizing.
    expectClose(kept({ topK: 3, topP: 0.75 }), [0, 4 / 7, 0, 3 / 7], 1e-7);
    expect(kept({ topK: 1 })).toEqual([0, 1, 0, 0]);
    expectClose(kept({ topK: 100 }), [0.1, 0.4, 0.2, 0.3], 1e-7);
    const squares = [1, 16, 4, 9].map((value) => value / 30);
    expectClose(kept({ temperature: 0.5 }), squares, 1e-6);
    expectClose(kept({ temperature: 0.5, topP: 0.8 }), [0, 16 / 25, 0, 9 / 25], 1e-6);
  });

  test("entropy in place of temperature", () => {
    const { probabilities } = lab.sampleToken(logits, { entropy: 1.5 });
    expectSameBits(probabilities.data, lab.entropyNormalize(logits, { entropy: 1.5, input: "logits" }).output.data);
    const clamped = lab.sampleToken(lab.tensor([1, 1, 0]), { entropy: 0 });
    expect(Array.from(clamped.probabilities.data)).toEqual([0.5, 0.5, 0]);
  });

  test("frequencies are the probabilities; what was cut is never drawn", () => {
    const rows = 4000;
    const one = [0.2, -1, 1.5, 0, -0.5];
    const x = lab.tensor(Array.from({ length: rows }, () => one));
    const { token, probabilities } = lab.sampleToken(x, { topK: 4, seed: 11 });
    const counts = new Array<number>(5).fill(0);
    for (const each of token) counts[each] = (counts[each] ?? 0) + 1;
    counts.forEach((count, j) => {
      const p = probabilities.data[j] ?? 0;
      expect(Math.abs(count - rows * p)).toBeLessThanOrEqual(5 * Math.sqrt(rows * p * (1 - p)));
    });
    expect(counts[1]).toBe(0);
  });

  test("rows that are no distribution: token -1 and NaN", () => {
    const x = lab.tensor([
      [NaN, 0],
      [-Infinity, 0],
      [-Infinity, -Infinity],
    ]);
    const { token, probabilities } = lab.sampleToken(x, { topK: 1, topP: 0.5 });
    expect(Array.from(token)).toEqual([-1, 1, -1]);
    expect(Array.from(probabilities.data)).toEqual([NaN, NaN, 0, 1, NaN, NaN]);
    expect(Array.from(lab.sampleToken(lab.tensor([], [2, 0])).token)).toEqual([-1, -1]);
  });

  const refused: [options: unknown, code: Expected["code"], argument: string][] = [
    [{ temperature: 0 }, "RANGE", "temperature"],
    [{ temperature: Infinity }, "RANGE", "temperature"],
    [{ temperature: 1, entropy: 1 }, "VALUE", "entropy"],
    [{ entropy: NaN }, "RANGE", "entropy"],
    [{ topK: 0 }, "RANGE", "topK"],
    [{ topK: 1.5 }, "RANGE", "topK"],
    [{ topK: "1" }, "TYPE", "topK"],
    [{ topP: 0 }, "RANGE", "topP"],
    [{ topP: 1.01 }, "RANGE", "topP"],
    [{ seed: -1 }, "RANGE", "seed"],
    [{ seed: 2 ** 53 }, "RANGE", "seed"],
    [{ seed: 2n ** 64n }, "RANGE", "seed"],
    [{ seed: -1n }, "RANGE", "seed"],
    [{ seed: "1" }, "TYPE", "seed"],
    [{ draw: 0.5 }, "RANGE", "draw"],
    [{ input: "logit" }, "VALUE", "input"],
    [{ topk: 1 }, "VALUE", "topk"],
    [{ axis: 0 }, "VALUE", "axis"],
  ];
  test.each(refused)("refuses options %#", (options, code, argument) => {
    const call = lab.sampleToken as (x: TensorLike, options: unknown) => unknown;
    expectRefusal(() => call(logits, options), { code, operation: "sampleToken", argument });
  });
  test("refuses a single number", () => {
    const error = { code: "SHAPE", operation: "sampleToken", argument: "x" } as const;
    expectRefusal(() => lab.sampleToken(lab.tensor([1], [])), error);
  });
});
