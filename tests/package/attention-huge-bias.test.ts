/** Biases that are floats, but not after the change of base in which attention computes: beyond 2.36e38. */
import type { AttentionOptions, Lab, TensorLike } from "attnlab";
import { expect, test } from "vitest";
import { expectClose } from "./support/compare.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";
import { attentionTwin, type TwinOptions } from "./twin/attention.js";

const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

describeBoth("biases beyond 2.36e38", (lab: Lab) => {
  const random = makeRandom(151);
  const nQ = 11;

  /** A bias of `lower` everywhere, but `upper` for one key. */
  function preferring(winner: number, shape: readonly [number, number], lower: number, upper: number): TensorLike {
    const data = new Float32Array(shape[0] * shape[1]).fill(lower);
    for (let at = winner; at < data.length; at += shape[1]) data[at] = upper;
    return { data, shape };
  }

  const pairs = [
    [2.5e38, 3e38],
    [-3e38, -2.5e38],
    [LOWEST, -2.5e38],
    [-2.5e38, 1],
  ] as const;

  test.each([2, 3, 4, 5, 40])("of %d keys the one with the larger bias wins", (nK) => {
    const q = randomTensor(random, [nQ, 8]);
    const k = randomTensor(random, [nK, 8]);
    const v = randomTensor(random, [nK, 6]);
    const dOutput = randomTensor(random, [nQ, 6]);
    const winner = nK - 2;
    const sums = Array.from({ length: 6 }, (_, c) =>
      Array.from({ length: nQ }, (__, i) => dOutput.data[i * 6 + c] ?? NaN).reduce((a, b) => a + b),
    );
    for (const [lower, upper] of pairs) {
      for (const rows of [1, nQ]) {
        const bias = preferring(winner, [rows, nK], lower, upper);
        const value = Array.from(v.data.subarray(winner * 6, (winner + 1) * 6));
        expect(Array.from(lab.attention(q, k, v, { bias }).data)).toEqual(Array(nQ).fill(value).flat());
        const weights = Array.from(lab.attentionWeights(q, k, { bias }).data);
        expect(weights).toEqual(weights.map((_, e) => (e % nK === winner ? 1 : 0)));
        const gradients = lab.attentionBackward(q, k, v, dOutput, { bias, gradients: ["q", "k", "v", "bias"] });
        expectClose(
          gradients.dv.data,
          Array.from({ length: nK * 6 }, (_, e) => (Math.floor(e / 6) === winner ? (sums[e % 6] ?? NaN) : 0)),
        );
        expectClose(gradients.dq.data, new Float32Array(nQ * 8), 1e-12);
        expectClose(gradients.dk.data, new Float32Array(nK * 8), 1e-12);
        expectClose(gradients.dbias.data, new Float32Array(rows * nK), 1e-12);
      }
    }
  });

  test("in one row only, and with what hides keys", () => {
    const nK = 40;
    const q = randomTensor(random, [nQ, 8]);
    const k = randomTensor(random, [nK, 8]);
    const v = randomTensor(random, [nK, 6]);
    const bias = randomTensor(random, [nQ, nK]);
    bias.data.fill(-3e38, 4 * nK, 5 * nK);
    for (const j of [0, 20, 25]) bias.data[4 * nK + j] = -2.4e38;
    bias.data.fill(LOWEST, 7 * nK, 8 * nK);
    bias.data[9 * nK + 3] = 3e38;
    const mask = new Uint8Array(nK).fill(1);
    mask[20] = 0;
    const options: [AttentionOptions, TwinOptions][] = [
      [{}, {}],
      [{ causal: true }, { causal: true }],
      [{ window: 9 }, { window: [9, 9] }],
      [{ mask }, { mask: { data: mask, shape: [nK] } }],
    ];
    for (const [given, same] of options) {
      const twin = attentionTwin(q, k, v, { ...same, bias });
      expectClose(lab.attention(q, k, v, { ...given, bias }).data, twin.output);
      expectClose(lab.attentionWeights(q, k, { ...given, bias }).data, twin.weights);
    }
  });
});
