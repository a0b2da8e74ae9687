import type { Lab, Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { drawCall } from "./support/attention-calls.js";
import { expectClose, expectSameBits } from "./support/compare.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";
import { attentionTwin } from "./twin/attention.js";

describeBoth("attention and attentionWeights agree with the formula in double", (lab) => {
  test.each(Array.from({ length: 150 }, (_, seed) => seed))("random call %i", (seed) => {
    const { q, k, v, options, twin } = drawCall(seed);
    const expected = attentionTwin(q, k, v, twin);
    const before = [q, k, v].map(({ data }) => data.slice());

    const output = lab.attention(q, k, v, options);
    expect(output.shape).toEqual([...q.shape.slice(0, -1), ...v.shape.slice(-1)]);
    expectClose(output.data, expected.output, 3e-6);
    expect(output.data.buffer.byteLength).toBe(output.data.byteLength);

    const weights = lab.attentionWeights(q, k, options);
    expect(weights.shape).toEqual([...q.shape.slice(0, -1), ...k.shape.slice(-2, -1)]);
    expectClose(weights.data, expected.weights, 3e-6);
    expected.weights.forEach((weight, i) => {
      if (weight === 0) expect(weights.data[i]).toBe(0);
    });

    [q, k, v].forEach(({ data }, i) => expectSameBits(data, before[i] ?? new Float32Array()));
    expectSameBits(lab.attention(q, k, v, options).data, output.data);
  });
});

describeBoth("sizes of 0", (lab: Lab) => {
  const empty = (...shape: number[]): Tensor => ({ data: new Float32Array(0), shape });
  const zeros = (...shape: number[]): Tensor => ({
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    shape,
  });

  test("are legal everywhere but in d", () => {
    expect(lab.attention(empty(0, 4), zeros(3, 4), zeros(3, 2))).toEqual(empty(0, 2));
    expect(lab.attention(zeros(3, 4), empty(0, 4), empty(0, 2))).toEqual(zeros(3, 2));
    expect(lab.attention(zeros(3, 4), zeros(5, 4), empty(5, 0))).toEqual(empty(3, 0));
    expect(lab.attention(empty(0, 2, 3, 4), empty(0, 2, 5, 4), empty(0, 2, 5, 1))).toEqual(empty(0, 2, 3, 1));
    expect(lab.attention(empty(2, 0, 3, 4), empty(2, 0, 5, 4), empty(2, 0, 5, 1))).toEqual(empty(2, 0, 3, 1));
    expect(lab.attentionWeights(zeros(3, 4), empty(0, 4))).toEqual(empty(3, 0));
    expect(lab.attentionWeights(empty(0, 4), zeros(3, 4))).toEqual(empty(0, 3));
    expect(lab.attention(empty(0, 2 ** 40), empty(0, 2 ** 40), empty(0, 2 ** 40))).toEqual(empty(0, 2 ** 40));
  });

  test("without keys every option is accepted and the result is zeros", () => {
    const out = lab.attention(zeros(2, 3, 4), empty(2, 0, 4), empty(2, 0, 2), {
      scale: { kind: "entropy", n: "global" },
      causal: true,
      window: 1,
      mask: new Uint8Array(0),
      bias: empty(3, 0),
      out: { data: new Float32Array(12).fill(9), shape: [2, 3, 2] },
    });
    expect(out).toEqual(zeros(2, 3, 2));
    const bias = { bias: empty(1, 1, 0), mask: { data: new Uint8Array(0), shape: [1, 0] } };
    expect(lab.attention(zeros(2, 3, 4), empty(2, 0, 4), empty(2, 0, 2), bias)).toEqual(zeros(2, 3, 2));
  });
});

describe("forms of bias", () => {
  describeBoth("bias", (lab: Lab) => {
    test("every axis may be 1", () => {
      const random = makeRandom(17);
      const [q, k, v] = [
        randomTensor(random, [2, 3, 5, 4]),
        randomTensor(random, [2, 3, 6, 4]),
        randomTensor(random, [2, 3, 6, 7]),
      ];
      for (const shape of [
        [5, 6],
        [1, 6],
        [5, 1],
        [1, 1],
        [2, 3, 5, 6],
        [1, 3, 5, 6],
        [2, 1, 1, 6],
        [1, 1, 5, 1],
        [1, 1, 1, 1],
      ]) {
        const bias = randomTensor(random, shape);
        const { output, weights } = attentionTwin(q, k, v, { bias });
        expectClose(lab.attention(q, k, v, { bias }).data, output, 2e-6);
        expectClose(lab.attentionWeights(q, k, { bias }).data, weights, 2e-6);
      }
    });
  });
});
