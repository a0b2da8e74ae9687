import type { Lab, Tensor, TensorLike } from "attnlab";
import { describe, expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, pick, randomInt, randomTensor } from "./support/random.js";
import { attentionTwin, type TwinOptions } from "./twin/attention.js";

const make = (...shape: number[]): Tensor => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  shape,
});

/** The derivative of sum(dOutput * attention) by entry e of an input, from the twin in double. */
function difference(
  inputs: Record<"q" | "k" | "v" | "bias", Tensor>,
  dOutput: TensorLike,
  options: TwinOptions,
  name: "q" | "k" | "v" | "bias",
  e: number,
): number {
  const loss = (shift: number): { at: number; sum: number } => {
    const changed = { ...inputs[name], data: inputs[name].data.slice() };
    changed.data[e] = (changed.data[e] ?? NaN) + shift;
    const { q, k, v, bias } = { ...inputs, ...(Object.fromEntries([[name, changed]]) as Partial<typeof inputs>) };
    const { output } = attentionTwin(q, k, v, { ...options, bias });
    const sum = output.reduce((total, value, i) => total + value * (dOutput.data[i] ?? NaN), 0);
    return { at: changed.data[e] ?? NaN, sum };
  };
  const [above, below] = [loss(2 ** -9), loss(-(2 ** -9))];
  return (above.sum - below.sum) / (above.at - below.at);
}

describeBoth("attentionBackward", (lab: Lab) => {
  test.each(Array.from({ length: 30 }, (_, seed) => seed))("random call %i agrees with finite differences", (seed) => {
    const random = makeRandom(900 + seed);
    const group = pick(random, [1, 1, 2]);
    const [batch, keyHeads] = [pick(random, [1, 2]), pick(random, [1, 2])];
    const leading = [batch, keyHeads * group];
    const nQ = randomInt(random, 1, 5);
    const nK = randomInt(random, 1, 6);
    const [d, dV] = [randomInt(random, 1, 4), randomInt(random, 1, 4)];
    const axis = (size: number): number => (random() < 0.5 ? 1 : size);
    const biasShape = pick(random, [
      [axis(nQ), axis(nK)],
      [axis(batch), axis(keyHeads * group), axis(nQ), axis(nK)],
    ]);
    const inputs = {
      q: randomTensor(random, [...leading, nQ, d]),
      k: randomTensor(random, [batch, keyHeads, nK, d]),
      v: randomTensor(random, [batch, keyHeads, nK, dV]),
      bias: randomTensor(random, biasShape),
    };
    const dOutput = randomTensor(random, [...leading, nQ, dV]);
    const causal = random() < 0.4;
    const window = pick(random, [null, [1, 2], [0, 0]] as const) ?? undefined;
    const mask = random() < 0.4 ? Uint8Array.from({ length: nK }, () => (random() < 0.3 ? 0 : 1)) : undefined;
    const entropy = random() < 0.3;
    const { q, k, v, bias } = inputs;
    const gradients = lab.attentionBackward(q, k, v, dOutput, {
      ...{ causal, window, mask, bias },
      scale: entropy ? "entropy" : "sqrt",
      groupedHeads: true,
      gradients: ["q", "k", "v", "bias"],
    });
    const options: TwinOptions = {
      causal,
      group,
      ...(window && { window }),
      ...(mask && { mask: { data: mask, shape: [nK] } }),
      ...(entropy && { scale: (n: number) => Math.log(n) / (Math.log(512) * Math.sqrt(d)) }),
    };
    for (const name of ["q", "k", "v", "bias"] as const) {
      const gradient = gradients[`d${name}`];
      expect(gradient.shape).toEqual(inputs[name].shape);
      const expected = Array.from(gradient.data, (_, e) => difference(inputs, dOutput, options, name, e));
      expectClose(gradient.data, expected, 3e-4);
    }
  });

  const random = makeRandom(77);
  const q = randomTensor(random, [2, 4, 70, 5]);
  const k = randomTensor(random, [2, 2, 67, 5]);
  const v = randomTensor(random, [2, 2, 67, 3]);
  const dOutput = randomTensor(random, [2, 4, 70, 3]);
  const bias = randomTensor(random, [1, 4, 70, 67]);
  const all = { bias, causal: true, groupedHeads: true, gradients: ["q", "k", "v", "bias"] } as const;

  test("residents give the same bits, and are read where they are", () => {
    const plain = lab.attentionBackward(q, k, v, dOutput, all);
    const held = [q, k, v, dOutput, bias].map((tensor) => lab.resident(tensor));
    const [rq = q, rk = k, rv = v, rd = dOutput, rb = bias] = held;
    try {
      const same = lab.attentionBackward(rq, rk, rv, rd, { ...all, bias: rb });
      for (const name of ["dq", "dk", "dv", "dbias"] as const) {
        expectSameBits(same[name].data, plain[name].data);
      }
      const mixed = lab.attentionBackward(q, rk, v, rd, all);
      expectSameBits(mixed.dq.data, plain.dq.data);
    } finally {
      for (const resident of held) resident.dispose();
    }
  });

  test("gradients names which there are: q, k and v by default", () => {
    const options = { bias, causal: true, groupedHeads: true };
    const full = lab.attentionBackward(q, k, v, dOutput, all);
    const byDefault = lab.attentionBackward(q, k, v, dOutput, options);
    expect(Object.keys(byDefault)).toEqual(["dq", "dk", "dv"]);
    expect((byDefault as { dbias?: unknown }).dbias).toBeUndefined();
    expectSameBits(byDefault.dk.data, full.dk.data);
    for (const name of ["q", "k", "v", "bias"] as const) {
      const one: Partial<Record<string, Tensor>> = lab.attentionBackward(q, k, v, dOutput, {
        ...options,
        gradients: [name],
      });
      expect(Object.keys(one)).toEqual([`d${name}`]);
      expectSameBits(one[`d${name}`]?.data ?? new Float32Array(), full[`d${name}`].data);
    }
    expect(lab.attentionBackward(q, k, v, dOutput, { ...options, gradients: [] })).toEqual({});
  });

  test.each([NaN, Infinity])("%d in what is hidden contributes nothing, and gets exactly 0", (bad) => {
    const [nQ, nK] = [12, 14];
    const inputs = [
      randomTensor(random, [nQ, 4]),
      randomTensor(random, [nK, 4]),
      randomTensor(random, [nK, 3]),
      randomTensor(random, [nQ, 3]),
    ] as const;
    const [, keys, values] = inputs;
    const hidden = [3, 13];
    const mask = Uint8Array.from({ length: nK }, (_, j) => (hidden.includes(j) ? 0 : 1));
    const clean = lab.attentionBackward(...inputs, { mask });
    for (const j of hidden) {
      keys.data.fill(bad, j * 4, j * 4 + 4);
      values.data.fill(bad, j * 3, j * 3 + 3);
    }
    const spoiled = lab.attentionBackward(...inputs, { mask });
    expectSameBits(spoiled.dq.data, clean.dq.data);
    expectSameBits(spoiled.dk.data, clean.dk.data);
    expectSameBits(spoiled.dv.data, clean.dv.data);
    for (const j of hidden) expect(spoiled.dk.data.slice(j * 4, j * 4 + 4).every((entry) => entry === 0)).toBe(true);
  });

  test("sizes may be 0 everywhere but in d", () => {
    for (const [nQ, nK, dV] of [
      [0, 3, 2],
      [3, 0, 2],
      [3, 4, 0],
      [0, 0, 0],
    ] as const) {
      const shapes = [make(2, nQ, 3), make(2, nK, 3), make(2, nK, dV), make(2, nQ, dV)] as const;
      const { dq, dk, dv } = lab.attentionBackward(...shapes);
      expect([dq.shape, dk.shape, dv.shape]).toEqual([shapes[0].shape, shapes[1].shape, shapes[2].shape]);
      expect([dq, dk, dv].every(({ data }) => data.every((entry) => entry === 0))).toBe(true);
    }
    const none = lab.attentionBackward(make(0, 3, 2), make(0, 4, 2), make(0, 4, 5), make(0, 3, 5));
    expect(none.dv.shape).toEqual([0, 4, 5]);
    // No queries, but keys that a group of none shares.
    const empty = lab.attentionBackward(make(0, 3, 2), make(2, 4, 2), make(2, 4, 5), make(0, 3, 5), {
      groupedHeads: true,
    });
    expect(Array.from(empty.dk.data)).toEqual(new Array(16).fill(0));
  });

  describe("refuses", () => {
    const [a, b, c, g] = [make(2, 3, 4), make(2, 5, 4), make(2, 5, 6), make(2, 3, 6)];
    type Case = [name: string, args: unknown[], code: Expected["code"], argument: string];
    const cases: Case[] = [
      ["q no tensor", [1, b, c, g], "TYPE", "q"],
      ["q of rank 1", [make(4), b, c, g], "SHAPE", "q"],
      ["k of another d", [a, make(2, 5, 3), c, g], "SHAPE", "k"],
      ["v of another n_k", [a, b, make(2, 4, 6), g], "SHAPE", "v"],
      ["no dOutput", [a, b, c], "TYPE", "dOutput"],
      ["dOutput of another shape", [a, b, c, make(2, 3, 5)], "SHAPE", "dOutput"],
      ["dOutput of another rank", [a, b, c, make(3, 6)], "SHAPE", "dOutput"],
      ["dOutput before options", [a, b, c, make(3, 6), { scale: "x", what: 1 }], "SHAPE", "dOutput"],
      ["options no object", [a, b, c, g, 5], "TYPE", "options"],
      ["out", [a, b, c, g, { out: a }], "VALUE", "out"],
      ["an unknown key before other options", [a, b, c, g, { scale: "x", gradient: ["q"] }], "VALUE", "gradient"],
      ["scale", [a, b, c, g, { scale: "x" }], "VALUE", "scale"],
      ["causal 1", [a, b, c, g, { causal: 1 }], "TYPE", "causal"],
      ["window", [a, b, c, g, { window: -1 }], "RANGE", "window"],
      ["mask", [a, b, c, g, { mask: new Uint8Array(4) }], "SHAPE", "mask"],
      ["bias", [a, b, c, g, { bias: make(3, 4) }], "SHAPE", "bias"],
      ["gradients no array", [a, b, c, g, { gradients: "q" }], "TYPE", "gradients"],
      ["gradients null", [a, b, c, g, { gradients: null }], "TYPE", "gradients"],
      ["gradients of numbers", [a, b, c, g, { gradients: [1] }], "TYPE", "gradients"],
      ["another gradient", [a, b, c, g, { gradients: ["q", "dOutput"] }], "VALUE", "gradients"],
      ["that of a bias that is not there", [a, b, c, g, { gradients: ["bias"] }], "VALUE", "gradients"],
      ["heads that do not divide", [make(3, 3, 4), b, c, make(3, 3, 6), { groupedHeads: true }], "SHAPE", "k"],
    ];
    test.each(cases)("%s", (_, args, code, argument) => {
      const backward = lab.attentionBackward as (...args: unknown[]) => unknown;
      const before = lab.memory();
      expectRefusal(() => backward(...args), { code, operation: "attentionBackward", argument });
      expect(lab.memory()).toEqual(before);
    });

    test("a disposed resident", () => {
      const gone = lab.resident(g);
      gone.dispose();
      expectRefusal(() => lab.attentionBackward(a, b, c, gone), {
        code: "DISPOSED",
        operation: "attentionBackward",
        argument: "dOutput",
      });
    });
  });
});
