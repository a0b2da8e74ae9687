import { expect, test } from "vitest";
import {
  KNOWN_ANSWERS,
  KNOWN_SIZES,
  knownInput,
  knownWeight,
  wrongAnswers,
  type KnownAnswer,
} from "../../web/package/known-answers.js";
import type { Lab, MatmulOptions, Tensor } from "attnlab";
import { expectSameBits } from "./support/compare.js";
import { describeBoth } from "./support/labs.js";
import { attentionTwin } from "./twin/attention.js";
import { matmulTwin } from "./twin/matmul.js";
import { layerNormTwin, logSoftmaxTwin, rmsNormTwin, softmaxTwin } from "./twin/normalization.js";

const { nQ, nK, d, dV } = KNOWN_SIZES;

const input = (stream: number, ...shape: number[]): Tensor => ({
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) =>
    knownInput(stream, i),
  ),
  shape,
});

const [q, k, v, gamma] = [input(1, nQ, d), input(2, nK, d), input(3, nK, dV), input(4, d)] as const;

/** The same results as in web/package/known-answers.ts, from the twins. */
const derived: Record<KnownAnswer, number[]> = {
  attention: attentionTwin(q, k, v, { causal: true }).output,
  attentionWeights: attentionTwin(q, k, v).weights,
  matmul: matmulTwin(q, k, false, true),
  softmax: softmaxTwin(q),
  logSoftmax: logSoftmaxTwin(q),
  layerNorm: layerNormTwin(q, { gamma }),
  rmsNorm: rmsNormTwin(q, { gamma }),
};

const weighted = (values: readonly number[]): number =>
  values.reduce((sum, value, i) => sum + value * knownWeight(i), 0);

test.each(Object.keys(KNOWN_ANSWERS) as KnownAnswer[])("the known answer of %s follows from the formula", (name) => {
  expect(weighted(derived[name])).toBeCloseTo(KNOWN_ANSWERS[name], 4);
});

test("the inputs are exact in float32", () => {
  for (let i = 0; i < 600; i++) expect(Math.fround(knownInput(2, i))).toBe(knownInput(2, i));
});

describeBoth("known answers", (lab) => {
  test("both builds give them", () => {
    expect(wrongAnswers(lab)).toEqual([]);
  });

  test("a wrong entry, an exchange and a NaN are seen", () => {
    const spoil = (change: (data: Float32Array) => void): string[] =>
      wrongAnswers({
        ...lab,
        matmul: ((a: Tensor, b: Tensor, options: MatmulOptions) => {
          const result = lab.matmul(a, b, options);
          change(result.data);
          return result;
        }) as Lab["matmul"],
      });
    expect(spoil((data) => (data[5] = (data[5] ?? 0) + 0.1))).toEqual(["matmul"]);
    expect(spoil((data) => data.subarray(0, 8).reverse())).toEqual(["matmul"]);
    expect(spoil((data) => (data[100] = NaN))).toEqual(["matmul"]);
    expect(spoil(() => undefined)).toEqual([]);
  });

  test("the inputs of the check are left as they are", () => {
    const before = q.data.slice();
    wrongAnswers(lab);
    expectSameBits(q.data, before);
  });
});
