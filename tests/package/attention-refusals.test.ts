import type { Lab, Resident, Tensor } from "attnlab";
import { expect, test } from "vitest";
import { expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";

describeBoth("what attention refuses", (lab: Lab) => {
  const make = (...shape: number[]): Tensor => ({
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    shape,
  });
  const [q, k, v] = [make(2, 3, 5, 4), make(2, 3, 6, 4), make(2, 3, 6, 7)];
  const attention = lab.attention as (...args: unknown[]) => Tensor;
  const weights = lab.attentionWeights as (...args: unknown[]) => Tensor;

  const positional: [name: string, args: unknown[], code: Expected["code"], argument: string, message?: RegExp][] = [
    ["q of rank 1", [make(4), k, v], "SHAPE", "q"],
    ["q of rank 0", [make(), k, v], "SHAPE", "q"],
    ["d = 0", [make(2, 3, 5, 0), make(2, 3, 6, 0), v], "SHAPE", "q"],
    ["k of another rank", [q, make(3, 6, 4), v], "SHAPE", "k"],
    ["k with another d", [q, make(2, 3, 6, 5), v], "SHAPE", "k", /\[2,3,6,5\].*\[2,3,n,4\] to match q/],
    ["k with other heads", [q, make(2, 1, 6, 4), v], "SHAPE", "k"],
    ["k with another batch", [q, make(1, 3, 6, 4), v], "SHAPE", "k"],
    ["v with another n", [q, k, make(2, 3, 5, 7)], "SHAPE", "v", /\[2,3,6,d_v\] to match k/],
    ["v with other heads", [q, k, make(2, 1, 6, 7)], "SHAPE", "v"],
    ["v of another rank", [q, k, make(6, 7)], "SHAPE", "v"],
    ["v of rank 0", [q, k, make()], "SHAPE", "v"],
    ["a missing q", [undefined, k, v], "TYPE", "q"],
    ["a missing v", [q, k], "TYPE", "v"],
    ["k = null", [q, null, v], "TYPE", "k"],
    ["several faults: the first argument is named", [make(4), null, 3, 5], "SHAPE", "q"],
    ["several faults: k before v and options", [q, null, 3, { scal: 1 }], "TYPE", "k"],
    ["several faults: v before options", [q, k, 3, 5], "TYPE", "v"],
    ["several faults: options before their members", [q, k, v, [{ scale: "x" }]], "TYPE", "options"],
    ["several faults: an unknown key before a known one", [q, k, v, { scale: "x", scal: 1 }], "VALUE", "scal"],
  ];
  test.each(positional)("%s", (_, args, code, argument, message) => {
    expectRefusal(() => attention(...args), { code, operation: "attention", argument, ...(message && { message }) });
  });

  const grouped: [name: string, k: Tensor, v: Tensor, argument: string][] = [
    ["key heads that do not divide", make(2, 2, 6, 4), make(2, 2, 6, 7), "k"],
    ["more key heads", make(2, 6, 6, 4), make(2, 6, 6, 7), "k"],
    ["no key heads", make(2, 0, 6, 4), make(2, 0, 6, 7), "k"],
    ["another batch", make(1, 3, 6, 4), make(1, 3, 6, 7), "k"],
    ["values with other heads than the keys", make(2, 1, 6, 4), make(2, 3, 6, 7), "v"],
  ];
  test.each(grouped)("grouped heads: %s", (_, keys, values, argument) => {
    const options = { groupedHeads: true };
    expectRefusal(() => attention(q, keys, values, options), { code: "SHAPE", operation: "attention", argument });
  });

  const options: [name: string, options: unknown, code: Expected["code"], argument: string][] = [
    ["null", null, "TYPE", "options"],
    ["a number", 5, "TYPE", "options"],
    ["a function", () => 1, "TYPE", "options"],
    ["true", true, "TYPE", "options"],
    ["a typed array", new Uint8Array(6), "TYPE", "options"],
    ["a misspelt key", { casual: true }, "VALUE", "casual"],
    ["a key of another operation", { temperature: 1 }, "VALUE", "temperature"],
    ["a tensor in their place", make(2), "VALUE", "data"],
    ["scale: NaN", { scale: NaN }, "RANGE", "scale"],
    ["scale: Infinity", { scale: Infinity }, "RANGE", "scale"],
    ["scale: a string outside its list", { scale: "log" }, "VALUE", "scale"],
    ["scale: null", { scale: null }, "TYPE", "scale"],
    ["scale: true", { scale: true }, "TYPE", "scale"],
    ["scale: a bigint", { scale: 1n }, "TYPE", "scale"],
    ["scale: an array", { scale: [1] }, "TYPE", "scale"],
    ["scale: no kind", { scale: {} }, "TYPE", "scale"],
    ["scale: an unknown kind", { scale: { kind: "cosine" } }, "VALUE", "scale"],
    ["scale: an unknown key", { scale: { kind: "sqrt", bas: 2 } }, "VALUE", "bas"],
    ["scale: base 1", { scale: { kind: "entropy", base: 1 } }, "RANGE", "scale"],
    ["scale: base null", { scale: { kind: "entropy", base: null } }, "TYPE", "scale"],
    ["scale: base with log", { scale: { kind: "log", base: 2 } }, "VALUE", "scale"],
    ["scale: base and kappa", { scale: { kind: "entropy", base: 2, kappa: 1 } }, "VALUE", "scale"],
    ["scale: kappa with sqrt", { scale: { kind: "sqrt", kappa: 1 } }, "VALUE", "scale"],
    ["scale: kappa NaN", { scale: { kind: "entropy", kappa: NaN } }, "RANGE", "scale"],
    ["scale: n 0", { scale: { kind: "entropy", n: 0 } }, "RANGE", "scale"],
    ["scale: n outside its list", { scale: { kind: "entropy", n: "all" } }, "VALUE", "scale"],
    ["scale: n null", { scale: { kind: "entropy", n: null } }, "TYPE", "scale"],
    ["causal: 1", { causal: 1 }, "TYPE", "causal"],
    ["causal: a string", { causal: "yes" }, "TYPE", "causal"],
    ["causal: null", { causal: null }, "TYPE", "causal"],
    ["window: negative", { window: -1 }, "RANGE", "window"],
    ["window: fractional", { window: 1.5 }, "RANGE", "window"],
    ["window: NaN", { window: NaN }, "RANGE", "window"],
    ["window: infinite", { window: Infinity }, "RANGE", "window"],
    ["window: a string", { window: "3" }, "TYPE", "window"],
    ["window: null", { window: null }, "TYPE", "window"],
    ["window: a negative side", { window: [0, -1] }, "RANGE", "window"],
    ["window: a fractional side", { window: [0.5, 1] }, "RANGE", "window"],
    ["window: a side that is no number", { window: [1, "1"] }, "TYPE", "window"],
    ["window: one side", { window: [1] }, "SHAPE", "window"],
    ["window: three sides", { window: [1, 2, 3] }, "SHAPE", "window"],
    ["mask: null", { mask: null }, "TYPE", "mask"],
    ["mask: true", { mask: true }, "TYPE", "mask"],
    ["mask: numbers", { mask: [1, 0, 1, 0, 1, 0] }, "TYPE", "mask"],
    ["mask: a hole", { mask: new Array(6) }, "TYPE", "mask"],
    ["mask: a Float32Array", { mask: new Float32Array(6) }, "TYPE", "mask"],
    ["mask: signed bytes", { mask: new Int8Array(6) }, "TYPE", "mask"],
    ["mask: clamped bytes", { mask: new Uint8ClampedArray(6) }, "TYPE", "mask"],
    ["mask: a tensor", { mask: make(6) }, "TYPE", "mask"],
    ["mask: no shape", { mask: { data: new Uint8Array(6) } }, "TYPE", "mask"],
    ["mask: no data", { mask: { shape: [6] } }, "TYPE", "mask"],
    ["mask: too short", { mask: new Uint8Array(5) }, "SHAPE", "mask"],
    ["mask: one entry per batch item and key", { mask: new Uint8Array(12) }, "SHAPE", "mask"],
    ["mask: empty", { mask: [] }, "SHAPE", "mask"],
    ["mask: data that do not fill the shape", { mask: { data: new Uint8Array(5), shape: [6] } }, "SHAPE", "mask"],
    ["mask: [batch, n_k]", { mask: { data: new Uint8Array(12), shape: [2, 6] } }, "SHAPE", "mask"],
    ["mask: [heads, n_k]", { mask: { data: new Uint8Array(18), shape: [3, 6] } }, "SHAPE", "mask"],
    ["mask: a rank too many", { mask: { data: new Uint8Array(36), shape: [1, 2, 3, 6] } }, "SHAPE", "mask"],
    ["mask: one entry for all keys", { mask: { data: new Uint8Array(6), shape: [2, 3, 1] } }, "SHAPE", "mask"],
    ["mask: other heads", { mask: { data: new Uint8Array(24), shape: [2, 2, 6] } }, "SHAPE", "mask"],
    ["mask: rank 0", { mask: { data: new Uint8Array(1), shape: [] } }, "SHAPE", "mask"],
    ["mask: negative sizes", { mask: { data: new Uint8Array(6), shape: [-6] } }, "SHAPE", "mask"],
    ["bias: null", { bias: null }, "TYPE", "bias"],
    ["bias: an array", { bias: [[1]] }, "TYPE", "bias"],
    ["bias: rank 1", { bias: make(6) }, "SHAPE", "bias"],
    ["bias: rank 3 for rank 4", { bias: make(3, 5, 6) }, "SHAPE", "bias"],
    ["bias: other keys", { bias: make(5, 5) }, "SHAPE", "bias"],
    ["bias: other queries", { bias: make(6, 6) }, "SHAPE", "bias"],
    ["bias: other heads", { bias: make(2, 2, 5, 6) }, "SHAPE", "bias"],
    ["groupedHeads: 1", { groupedHeads: 1 }, "TYPE", "groupedHeads"],
    ["groupedHeads: null", { groupedHeads: null }, "TYPE", "groupedHeads"],
    ["out: null", { out: null }, "TYPE", "out"],
    ["out: of a smaller rank", { out: make(6, 5, 7) }, "SHAPE", "out"],
    ["two faults: scale before causal", { causal: 1, scale: "x" }, "VALUE", "scale"],
    ["two faults: causal before window", { window: -1, causal: 1 }, "TYPE", "causal"],
    ["two faults: window before mask", { mask: 1, window: -1 }, "RANGE", "window"],
    ["two faults: mask before bias", { bias: 1, mask: [] }, "SHAPE", "mask"],
    ["two faults: bias before out", { out: 1, bias: make(3) }, "SHAPE", "bias"],
  ];
  test.each(options)("options: %s", (_, given, code, argument) => {
    const before = lab.memory();
    expectRefusal(() => attention(q, k, v, given), { code, operation: "attention", argument });
    expectRefusal(() => weights(q, k, given), { code, operation: "attentionWeights", argument });
    expect(lab.memory()).toEqual(before);
  });

  test("undefined counts as absent", () => {
    const absent = { scale: undefined, causal: undefined, window: undefined, mask: undefined, bias: undefined };
    const all = { ...absent, groupedHeads: undefined, out: undefined, unknown: undefined };
    expectSameBits(attention(q, k, v, all).data, lab.attention(q, k, v).data);
    expectSameBits(attention(q, k, v, undefined).data, lab.attention(q, k, v).data);
    expect(attention(q, k, v, { scale: { kind: "entropy", base: undefined, kappa: 2, n: undefined } }).shape).toEqual([
      2, 3, 5, 7,
    ]);
  });

  test("options may be any object, and are read once", () => {
    let reads = 0;
    class Options {
      get scale(): number {
        reads++;
        return 1;
      }
    }
    const own = Object.create(null) as Record<string, unknown>;
    own.causal = true;
    expect(attention(q, k, v, own).shape).toEqual([2, 3, 5, 7]);
    expect(attention(q, k, v, Object.freeze({ window: Object.freeze([1, 1]) })).shape).toEqual([2, 3, 5, 7]);
    attention(q, k, v, new Options());
    expect(reads).toBe(1);
  });

  test("a refused call writes nothing to out", () => {
    const out = { data: new Float32Array(210).fill(7), shape: [2, 3, 5, 7] };
    const held: Resident = lab.resident(out);
    try {
      expectRefusal(() => attention(q, k, v, { out, extra: 1 }), {
        code: "VALUE",
        operation: "attention",
        argument: "extra",
      });
      expectRefusal(() => attention(q, k, v, { out: held, bias: make(1) }), {
        code: "SHAPE",
        operation: "attention",
        argument: "bias",
      });
      expect([...out.data, ...held.view].every((value) => value === 7)).toBe(true);
    } finally {
      held.dispose();
    }
  });
});
