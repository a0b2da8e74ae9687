import type { DecoderOptions, Lab, Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";
import { tokensOf } from "./support/tokens.js";

type Options = Exclude<DecoderOptions, { kind: "exact" }>;
type Inputs = readonly [q: Tensor, k: Tensor, v: Tensor];

/** What the decoder of some kind is to repeat row by row. */
function causal(lab: Lab, inputs: Inputs, options: Options): Tensor {
  if (options.kind === "linear") {
    const { kind, ...others } = options;
    expect(kind).toBe("linear");
    return lab.linearAttention(...inputs, { ...others, causal: true });
  }
  const { kind, ...others } = options;
  expect(kind).toBe("performer");
  return lab.performer(...inputs, { ...others, causal: true });
}

describeBoth("decoder linear and performer", (lab: Lab) => {
  const kinds: Options[] = [
    { kind: "linear" },
    ...(["elu", "relu", "exp", "softmax", "cosine"] as const).map((featureMap): Options => ({
      kind: "linear",
      featureMap,
    })),
    { kind: "performer" },
    ...(["positive", "hyperbolic", "relu", "regularized"] as const).map((estimator): Options => ({
      kind: "performer",
      estimator,
      features: 21,
      orthogonal: false,
      seed: 5n,
      scale: 0.3,
    })),
    { kind: "performer", norms: "quantile", scale: { kind: "entropy", n: 100 } },
    { kind: "performer", estimator: "relu", eps: 1e-3 },
  ];
  test.each(kinds)("%o repeats the causal batch form, however the sequence is cut", (options) => {
    const random = makeRandom(41);
    for (const leading of [[], [3], [2, 2]]) {
      const n = randomInt(random, 60, 130);
      const [d, dV] = [randomInt(random, 1, 9), randomInt(random, 1, 9)];
      const inputs = [d, d, dV].map((width) => randomTensor(random, [...leading, n, width])) as unknown as Inputs;
      const expected = causal(lab, inputs, options);
      const before = lab.memory();
      const decoder = lab.decoder(options);
      try {
        for (const most of [1, 40]) {
          for (let first = 0; first < n;) {
            const last = Math.min(n, first + randomInt(random, 1, most));
            const [q, k, v] = inputs.map((tensor) => tokensOf(tensor, first, last)) as unknown as [
              Tensor,
              Tensor,
              Tensor,
            ];
            const rows = decoder.step(q, k, v);
            const batch = tokensOf(expected, first, last);
            expect(rows.shape).toEqual(batch.shape);
            expectClose(rows.data, batch.data, 1e-5);
            first = last;
          }
          decoder.reset();
        }
      } finally {
        decoder.dispose();
      }
      expect(lab.memory()).toMatchObject({ liveBytes: before.liveBytes, liveResidents: before.liveResidents });
    }
  });

  test("a projection that is given, tensor or resident, and is not needed after the first step", () => {
    const random = makeRandom(42);
    const inputs = [4, 4, 3].map((width) => randomTensor(random, [2, 9, width])) as unknown as Inputs;
    const projection = lab.performerProjection(4, { features: 10, seed: 3 });
    const expected = lab.performer(...inputs, { projection, causal: true });
    const held = lab.resident(projection);
    const decoders = [projection, held].map((given) => lab.decoder({ kind: "performer", projection: given }));
    try {
      for (let t = 0; t < 9; t++) {
        const [q, k, v] = inputs.map((tensor) => tokensOf(tensor, t, t + 1)) as unknown as [Tensor, Tensor, Tensor];
        for (const decoder of decoders) {
          expectClose(decoder.step(q, k, v).data, tokensOf(expected, t, t + 1).data, 1e-5);
        }
        held.dispose();
        projection.data.fill(NaN);
      }
    } finally {
      held.dispose();
      for (const decoder of decoders) decoder.dispose();
    }
  });

  test("the state has the same size after 1 token and after 20,000, and forgets nothing", () => {
    const options: Options[] = [{ kind: "linear" }, { kind: "performer", features: 16 }];
    for (const option of options) {
      const decoder = lab.decoder(option);
      try {
        const one = lab.tensor([[0.5, -0.5]]);
        // The first value is 20,000, all others are 0: the mean of t values is 20,000 / t.
        decoder.step(one, one, lab.tensor([[20_000]]));
        const { liveBytes, bytes } = lab.memory();
        const zero = lab.tensor([[0]]);
        let last = NaN;
        for (let t = 2; t <= 20_000; t++) last = decoder.step(one, one, zero).data[0] ?? NaN;
        expect(last).toBeCloseTo(1, 5);
        expect(lab.memory()).toMatchObject({ liveBytes, bytes });
      } finally {
        decoder.dispose();
      }
    }
  });

  test("reset is as new, dispose is final", () => {
    const random = makeRandom(43);
    for (const kind of ["linear", "performer"] as const) {
      const decoder = lab.decoder({ kind });
      const [a, b] = [randomTensor(random, [3, 2]), randomTensor(random, [2, 5, 4])];
      const fresh = decoder.step(b, b, b);
      decoder.reset();
      decoder.step(a, a, a);
      decoder.reset();
      expectSameBits(decoder.step(b, b, b).data, fresh.data);
      decoder.dispose();
      decoder.dispose();
      expectRefusal(() => decoder.step(b, b, b), { code: "DISPOSED", operation: "decoder.step", argument: "decoder" });
    }
  });

  describe("refuses", () => {
    const projection = lab.performerProjection(3, { features: 4 });
    type Case = [options: object, code: Expected["code"], argument: string];
    const cases: Case[] = [
      [{ kind: "linear", causal: true }, "VALUE", "causal"],
      [{ kind: "linear", mask: new Uint8Array(3) }, "VALUE", "mask"],
      [{ kind: "linear", scale: 1 }, "VALUE", "scale"],
      [{ kind: "linear", window: 3 }, "VALUE", "window"],
      [{ kind: "linear", groupedHeads: true }, "VALUE", "groupedHeads"],
      [{ kind: "linear", featureMap: "tanh" }, "VALUE", "featureMap"],
      [{ kind: "performer", causal: false }, "VALUE", "causal"],
      [{ kind: "performer", mask: [true] }, "VALUE", "mask"],
      [{ kind: "performer", featureMap: "elu" }, "VALUE", "featureMap"],
      [{ kind: "performer", features: 0 }, "RANGE", "features"],
      [{ kind: "performer", scale: "entropy" }, "VALUE", "scale"],
      [{ kind: "performer", scale: { kind: "entropy", n: "global" } }, "VALUE", "scale"],
      [{ kind: "performer", eps: 1e-3 }, "VALUE", "eps"],
      [{ kind: "performer", projection, seed: 1 }, "VALUE", "seed"],
    ];
    test.each(cases)("%o", (options, code, argument) => {
      expectRefusal(() => lab.decoder(options as DecoderOptions), { code, operation: "decoder", argument });
    });

    test("steps of other sizes, which change nothing", () => {
      const random = makeRandom(44);
      for (const kind of ["linear", "performer"] as const) {
        const decoder = lab.decoder({ kind });
        const twin = lab.decoder({ kind });
        try {
          const [x, v] = [randomTensor(random, [2, 1, 3]), randomTensor(random, [2, 1, 4])];
          const wide = randomTensor(random, [2, 1, 5]);
          decoder.step(x, x, v);
          twin.step(x, x, v);
          const refused = (args: [Tensor, Tensor, Tensor], argument: string): void => {
            const expected = { code: "SHAPE", operation: "decoder.step", argument } as const;
            expectRefusal(() => decoder.step(...args), expected);
          };
          refused([wide, wide, v], "q");
          refused([x, wide, v], "k");
          refused([x, x, wide], "v");
          refused([randomTensor(random, [1, 1, 3]), x, v], "q");
          expectSameBits(decoder.step(x, x, v).data, twin.step(x, x, v).data);
        } finally {
          decoder.dispose();
          twin.dispose();
        }
      }
    });

    test("a projection for other channels, when they are known", () => {
      const decoder = lab.decoder({ kind: "performer", projection });
      const x = lab.tensor([[pick(makeRandom(1), [1, 2]), 1]]);
      expectRefusal(() => decoder.step(x, x, x), {
        code: "SHAPE",
        operation: "decoder.step",
        argument: "projection",
      });
      decoder.dispose();
    });
  });
});
