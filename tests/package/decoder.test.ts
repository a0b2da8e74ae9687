import { readFileSync } from "node:fs";
import { load, type Decoder, type DecoderOptions, type ExactDecoderOptions, type Lab, type Tensor } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";
import { tokensOf } from "./support/tokens.js";

const make = (...shape: number[]): Tensor => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  shape,
});

/** Feeds a sequence in pieces of the given sizes and compares every piece with the rows of the causal batch form. */
function expectBatchForm(
  lab: Lab,
  decoder: Decoder,
  inputs: readonly [q: Tensor, k: Tensor, v: Tensor],
  options: Omit<ExactDecoderOptions, "kind">,
  pieceOf: () => number,
): void {
  const expected = lab.attention(...inputs, { ...options, causal: true });
  const length = inputs[0].shape[inputs[0].shape.length - 2] ?? 0;
  for (let first = 0; first < length;) {
    const last = Math.min(length, first + pieceOf());
    const [q, k, v] = inputs.map((tensor) => tokensOf(tensor, first, last)) as [Tensor, Tensor, Tensor];
    const rows = decoder.step(q, k, v);
    const batch = tokensOf(expected, first, last);
    expect(rows.shape).toEqual(batch.shape);
    expectClose(rows.data, batch.data, 1e-5);
    first = last;
  }
}

describeBoth("decoder exact", (lab: Lab) => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))("random sequence %i gives the causal batch form", (seed) => {
    const random = makeRandom(300 + seed);
    const group = pick(random, [1, 1, 2, 3]);
    const leading = pick(random, [[], [2], [2, 2]]);
    const heads = leading[leading.length - 1];
    const queryLeading = heads === undefined ? [] : [...leading.slice(0, -1), heads * group];
    const n = randomInt(random, 1, 90);
    const [d, dV] = [randomInt(random, 1, 9), randomInt(random, 1, 9)];
    const inputs = [
      randomTensor(random, [...queryLeading, n, d]),
      randomTensor(random, [...leading, n, d]),
      randomTensor(random, [...leading, n, dV]),
    ] as const;
    const options = {
      window: pick(random, [null, 0, 3, 20, [5, 0], [7, 2]] as const) ?? undefined,
      scale: pick(random, ["sqrt", 0.3, 0, -1, "entropy", { kind: "entropy", kappa: 1.5, n: 100 }] as const),
      groupedHeads: heads === undefined ? undefined : true,
    };
    const before = lab.memory();
    const decoder = lab.decoder({ kind: "exact", ...options });
    try {
      for (const most of [1, 30]) {
        expectBatchForm(lab, decoder, inputs, options, () => randomInt(random, 1, most));
        decoder.reset();
      }
    } finally {
      decoder.dispose();
    }
    expect(lab.memory()).toMatchObject({ liveBytes: before.liveBytes, liveResidents: before.liveResidents });
  });

  test('a "global" scale counts all tokens so far', () => {
    const random = makeRandom(8);
    const inputs = [randomTensor(random, [9, 3]), randomTensor(random, [9, 3]), randomTensor(random, [9, 2])] as const;
    const scale = { kind: "entropy", n: "global" } as const;
    const decoder = lab.decoder({ kind: "exact", scale, window: 2 });
    try {
      for (let t = 0; t < 9; t++) {
        const [q, k, v] = inputs.map((tensor) => tokensOf(tensor, t, t + 1)) as [Tensor, Tensor, Tensor];
        const [, keys, values] = inputs.map((tensor) => tokensOf(tensor, 0, t + 1)) as [Tensor, Tensor, Tensor];
        const expected = lab.attention(q, keys, values, { scale, window: 2, causal: true });
        expectClose(decoder.step(q, k, v).data, expected.data, 1e-5);
      }
    } finally {
      decoder.dispose();
    }
  });

  test("takes residents, also while the memory grows", () => {
    const random = makeRandom(9);
    const inputs = [
      randomTensor(random, [4, 700, 64]),
      randomTensor(random, [4, 700, 64]),
      randomTensor(random, [4, 700, 64]),
    ] as const;
    const decoder = lab.decoder({ kind: "exact" });
    const held = inputs.map((tensor) => lab.resident(tokensOf(tensor, 0, 700)));
    const [q, k, v] = held;
    try {
      if (!q || !k || !v) expect.fail();
      expectClose(decoder.step(q, k, v).data, lab.attention(...inputs, { causal: true }).data, 1e-5);
    } finally {
      for (const resident of held) resident.dispose();
      decoder.dispose();
    }
  });

  test("its memory is counted, grows by half, and stops growing with a window", () => {
    const step = (decoder: Decoder): void => void decoder.step(make(2, 1, 4), make(2, 1, 4), make(2, 1, 6));
    const { liveBytes } = lab.memory();
    const bytes = (): number => lab.memory().liveBytes - liveBytes;
    const decoder = lab.decoder({ kind: "exact" });
    const limited = lab.decoder({ kind: "exact", window: 10 });
    try {
      expect(bytes()).toBe(0);
      let growths = 0;
      for (let t = 1; t <= 2000; t++) {
        const before = bytes();
        step(decoder);
        growths += bytes() === before ? 0 : 1;
        expect(bytes()).toBeGreaterThanOrEqual(2 * t * 10 * 4);
        expect(bytes()).toBeLessThanOrEqual(2 * (1.5 * t + 33) * 10 * 4);
      }
      expect(growths).toBeLessThan(12);
      decoder.reset();
      expect(bytes()).toBe(0);
      step(limited);
      const first = bytes();
      for (let t = 0; t < 500; t++) step(limited);
      expect(bytes()).toBeLessThanOrEqual(2 * first);
    } finally {
      decoder.dispose();
      limited.dispose();
    }
    expect(bytes()).toBe(0);
  });

  test("1,000 decoders leave nothing behind", () => {
    const once = (): void => {
      const decoder = lab.decoder({ kind: "exact" });
      decoder.step(make(2, 40, 8), make(2, 40, 8), make(2, 40, 8));
      decoder.reset();
      decoder.step(make(3, 8), make(3, 8), make(3, 8));
      decoder.dispose();
    };
    for (let i = 0; i < 50; i++) once();
    const before = lab.memory();
    for (let i = 0; i < 1000; i++) once();
    expect(lab.memory()).toEqual(before);
  });

  test("sizes without entries are legal: no heads, no channels of v", () => {
    const decoder = lab.decoder({ kind: "exact" });
    try {
      expect(decoder.step(make(0, 3, 2), make(0, 3, 2), make(0, 3, 4)).shape).toEqual([0, 3, 4]);
      expect(decoder.step(make(0, 1, 2), make(0, 1, 2), make(0, 1, 4)).shape).toEqual([0, 1, 4]);
      decoder.reset();
      expect(decoder.step(make(2, 3, 2), make(2, 3, 2), make(2, 3, 0)).shape).toEqual([2, 3, 0]);
    } finally {
      decoder.dispose();
    }
  });

  test("reset is as new, dispose is final and may be repeated", () => {
    const decoder = lab.decoder({ kind: "exact" });
    const random = makeRandom(4);
    const [a, b] = [randomTensor(random, [3, 2]), randomTensor(random, [2, 5, 4])];
    const fresh = decoder.step(b, b, b);
    decoder.reset();
    decoder.reset();
    decoder.step(a, a, a);
    decoder.reset();
    expectSameBits(decoder.step(b, b, b).data, fresh.data);
    decoder.dispose();
    decoder.dispose();
    expectRefusal(() => decoder.step(b, b, b), { code: "DISPOSED", operation: "decoder.step", argument: "decoder" });
    expectRefusal(() => decoder.step(1 as never, b, b), {
      code: "DISPOSED",
      operation: "decoder.step",
      argument: "decoder",
    });
    expectRefusal(
      () => {
        decoder.reset();
      },
      { code: "DISPOSED", operation: "decoder.reset", argument: "decoder" },
    );
    const symbol = (Symbol as { dispose?: symbol }).dispose;
    if (symbol) expect((decoder as unknown as Record<symbol, unknown>)[symbol]).toBe(decoder.dispose);
  });

  describe("refuses", () => {
    type Case = [name: string, options: unknown, code: Expected["code"], argument: string];
    const creations: Case[] = [
      ["no options", undefined, "TYPE", "kind"],
      ["options no object", 5, "TYPE", "options"],
      ["options null", null, "TYPE", "options"],
      ["no kind", {}, "TYPE", "kind"],
      ["another kind", { kind: "inexact" }, "VALUE", "kind"],
      ["the name of a method as kind", { kind: "toString" }, "VALUE", "kind"],
      ["causal", { kind: "exact", causal: true }, "VALUE", "causal"],
      ["mask", { kind: "exact", mask: new Uint8Array(3) }, "VALUE", "mask"],
      ["an unknown key before other options", { kind: "exact", scale: "x", windows: 1 }, "VALUE", "windows"],
      ["scale", { kind: "exact", scale: "x" }, "VALUE", "scale"],
      ["scale null", { kind: "exact", scale: null }, "TYPE", "scale"],
      ["scale NaN", { kind: "exact", scale: NaN }, "RANGE", "scale"],
      ["window", { kind: "exact", window: 1.5 }, "RANGE", "window"],
      ["groupedHeads 1", { kind: "exact", groupedHeads: 1 }, "TYPE", "groupedHeads"],
    ];
    test.each(creations)("%s", (_, options, code, argument) => {
      expectRefusal(() => lab.decoder(options as DecoderOptions), { code, operation: "decoder", argument });
    });

    type Step = [name: string, args: unknown[], code: Expected["code"], argument: string];
    const ones: Step[] = [
      ["no tensor", [1, make(2, 1, 3), make(2, 1, 4)], "TYPE", "q"],
      ["q of rank 1", [make(3), make(2, 1, 3), make(2, 1, 4)], "SHAPE", "q"],
      ["no token", [make(2, 0, 3), make(2, 0, 3), make(2, 0, 4)], "SHAPE", "q"],
      ["d = 0", [make(2, 1, 0), make(2, 1, 0), make(2, 1, 4)], "SHAPE", "q"],
      ["more keys than queries", [make(2, 1, 3), make(2, 2, 3), make(2, 2, 4)], "SHAPE", "k"],
      ["other heads in k", [make(2, 1, 3), make(1, 1, 3), make(1, 1, 4)], "SHAPE", "k"],
      ["v of another n", [make(2, 1, 3), make(2, 1, 3), make(2, 2, 4)], "SHAPE", "v"],
    ];
    const later: Step[] = [
      ...ones,
      ["another d", [make(2, 1, 5), make(2, 1, 5), make(2, 1, 4)], "SHAPE", "q"],
      ["another d in q alone", [make(2, 1, 5), make(2, 1, 3), make(2, 1, 4)], "SHAPE", "q"],
      ["other heads", [make(3, 1, 3), make(3, 1, 3), make(3, 1, 4)], "SHAPE", "q"],
      ["another rank", [make(1, 2, 1, 3), make(1, 2, 1, 3), make(1, 2, 1, 4)], "SHAPE", "q"],
      ["another d_v", [make(2, 1, 3), make(2, 1, 3), make(2, 1, 5)], "SHAPE", "v"],
    ];
    test.each(ones)("first step: %s", (_, args, code, argument) => {
      const decoder = lab.decoder({ kind: "exact" });
      const before = lab.memory();
      const step = decoder.step as (...args: unknown[]) => unknown;
      expectRefusal(() => step(...args), { code, operation: "decoder.step", argument });
      expect(lab.memory()).toEqual(before);
      // It is still as new: sizes were not learnt.
      decoder.step(make(4, 1, 2), make(4, 1, 2), make(4, 1, 2));
      decoder.dispose();
    });
    test("later steps, which change nothing", () => {
      const random = makeRandom(6);
      const inputs = [2, 2, 2].map((heads, i) => randomTensor(random, [heads, 30, i === 2 ? 4 : 3]));
      const expected = lab.attention(...(inputs as [Tensor, Tensor, Tensor]), { causal: true });
      const decoder = lab.decoder({ kind: "exact" });
      try {
        for (let t = 0; t < 30; t++) {
          const [, args, code, argument] = later[t % later.length] ?? expect.fail();
          const [q, k, v] = inputs.map((tensor) => tokensOf(tensor, t, t + 1)) as [Tensor, Tensor, Tensor];
          expectClose(decoder.step(q, k, v).data, tokensOf(expected, t, t + 1).data, 1e-5);
          const before = lab.memory();
          const step = decoder.step as (...args: unknown[]) => unknown;
          expectRefusal(() => step(...args), { code, operation: "decoder.step", argument });
          expect(lab.memory()).toEqual(before);
        }
      } finally {
        decoder.dispose();
      }
    });
    test("grouped heads that change", () => {
      const decoder = lab.decoder({ kind: "exact", groupedHeads: true });
      decoder.step(make(4, 1, 3), make(2, 1, 3), make(2, 1, 3));
      expectRefusal(() => decoder.step(make(4, 1, 3), make(4, 1, 3), make(4, 1, 3)), {
        code: "SHAPE",
        operation: "decoder.step",
        argument: "k",
      });
      decoder.dispose();
    });
  });
});

test("a cache that no memory holds is refused, and the decoder is as it was", async () => {
  // An instance of its own, which the other tests have not let grow.
  const lab = await load({ wasmBinary: readFileSync(new URL("../../dist/kernels.simd.wasm", import.meta.url)) });
  const large = lab.resident([2 ** 28]);
  const decoder = lab.decoder({ kind: "exact" });
  const random = makeRandom(2);
  const token = randomTensor(random, [1, 4]);
  const piece = lab.resident([12_000_000, 4]);
  try {
    decoder.step(token, token, token);
    const before = lab.memory();
    const step = (): Tensor => decoder.step(piece, piece, piece);
    expectRefusal(step, { code: "MEMORY", operation: "decoder.step", argument: "k" });
    expect(lab.memory()).toMatchObject({ liveBytes: before.liveBytes, liveResidents: before.liveResidents });
    expectClose(decoder.step(token, token, token).data, token.data, 1e-5);
    const fresh = lab.decoder({ kind: "exact" });
    expectRefusal(() => fresh.step(piece, piece, piece), {
      code: "MEMORY",
      operation: "decoder.step",
      argument: "k",
    });
    fresh.dispose();
  } finally {
    piece.dispose();
    large.dispose();
    decoder.dispose();
  }
});
