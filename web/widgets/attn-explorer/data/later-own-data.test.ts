import { writeNpy, writeSafetensors } from "attnlab/io";
import { describe, expect, it } from "vitest";
import { numbers } from "../testing.js";
import { assemble, candidates, guess, OwnDataError, type Candidate } from "./later-own-data.js";

const tensor = (...shape: number[]): { data: Float32Array; shape: number[] } => ({
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    shape.length,
  ),
  shape,
});

const npy = (name: string, ...shape: number[]) => ({ name, bytes: writeNpy(tensor(...shape)) });

const safetensors = (tensors: Record<string, number[]>, metadata: Record<string, string> = {}) => ({
  name: "model.safetensors",
  bytes: writeSafetensors(
    Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [name, tensor(...shape)])),
    { metadata },
  ),
});

const explained = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof OwnDataError) return error.message;
    throw error;
  }
  return "";
};

const names = (choice: { q: Candidate | undefined; k: Candidate | undefined; v: Candidate | undefined }) =>
  [choice.q, choice.k, choice.v].map((one) => one?.tensorName ?? one?.file);

describe("guess", () => {
  it.each([
    [
      ["q.npy", "k.npy", "v.npy"],
      ["q.npy", "k.npy", "v.npy"],
    ],
    [
      ["values.npy", "my-keys.npy", "my-queries.npy"],
      ["my-queries.npy", "my-keys.npy", "values.npy"],
    ],
    [
      ["K.npy", "Q.npy"],
      ["Q.npy", "K.npy", undefined],
    ],
    [
      ["first.npy", "second.npy"],
      ["first.npy", "second.npy", undefined],
    ],
    [
      ["a.npy", "b.npy", "c.npy"],
      ["a.npy", "b.npy", "c.npy"],
    ],
    [["only.npy"], [undefined, undefined, undefined]],
    [
      ["quick.npy", "kernel.npy", "vast.npy", "other.npy"],
      [undefined, undefined, undefined],
    ],
  ])("reads the roles of %j", (files, roles) => {
    expect(names(guess(candidates(files.map((name) => npy(name, 3, 2)))))).toEqual(roles);
  });

  it.each([
    [{ "layer0.k": [2, 3, 4], "layer0.q": [2, 3, 4], "layer1.q": [2, 3, 4] }, ["layer0.q", "layer0.k", undefined]],
    [
      { "layer1.k": [2, 2], "layer1.q": [2, 2], "layer1.v": [2, 2], "layer0.k": [2, 2], "layer0.v": [2, 2] },
      ["layer1.q", "layer1.k", "layer1.v"],
    ],
    [
      { "h.0.attn.q_proj": [2, 2], "h.0.attn.k_proj": [2, 2], "h.0.attn.v_proj": [2, 2] },
      ["h.0.attn.q_proj", "h.0.attn.k_proj", "h.0.attn.v_proj"],
    ],
    [{ "a.query": [2, 2], "b.key": [2, 2], "a.key": [2, 2] }, ["a.query", "a.key", undefined]],
    [{ context: [2, 2], k: [2, 2], q: [2, 2], v: [2, 2] }, ["q", "k", "v"]],
  ])("finds the parts of one layer in %j", (tensors, roles) => {
    expect(names(guess(candidates([safetensors(tensors)])))).toEqual(roles);
  });
});

describe("assemble", () => {
  const shown = (tensors: Record<string, number[]>, metadata?: Record<string, string>) => {
    const found = candidates([safetensors(tensors, metadata)]);
    return assemble(guess(found), "own 1");
  };

  it("takes batch and heads together, shares keys in groups, and reads tokens", () => {
    const data = shown({ q: [2, 4, 3, 8], k: [2, 2, 5, 8] }, { tokens: '["a","b","c","d","e"]' });
    expect(data).toMatchObject({ heads: 8, keyHeads: 4, nQ: 3, nK: 5, d: 8, queryTokens: undefined });
    expect(data.keyTokens).toEqual(["a", "b", "c", "d", "e"]);
    expect(data.origin).toEqual({ kind: "safetensors", file: "model.safetensors", q: "q", k: "k" });
  });

  it("takes plain matrices", () => {
    expect(shown({ q: [3, 8], k: [5, 8], v: [5, 2] })).toMatchObject({ heads: 1, nQ: 3, nK: 5, d: 8, dV: 2 });
  });

  it("does without tokens that are none", () => {
    expect(shown({ q: [2, 2], k: [2, 2] }, { tokens: "not json" }).queryTokens).toBeUndefined();
    expect(shown({ q: [2, 2], k: [2, 2] }, { tokens: '["one"]' }).queryTokens).toBeUndefined();
  });

  it.each([
    [{ q: [3, 8], k: [3, 4] }, "Q and K must share the head size (last axis), but Q is [3, 8] and K is [3, 4]."],
    [{ q: [3, 2, 8], k: [2, 2, 8] }, "Q has 3 heads and K has 2; K’s number must divide Q’s."],
    [
      { q: [3, 8], k: [3, 8], v: [4, 8] },
      "V is [4, 8], which does not go with K, [3, 8]: heads and tokens must agree.",
    ],
    [{ q: [0, 8], k: [3, 8] }, "Q or K holds no numbers."],
    [{ q: [20000, 1], k: [2, 1] }, "With 20000 tokens this is beyond what a page can hold in sight; up to 16384 work."],
    [{ x: [3, 8], y: [3, 8], z: [2, 2], w: [1, 1] }, "Please name a tensor for the queries and one for the keys."],
  ])("explains what is wrong with %j", (tensors, sentence) => {
    expect(explained(() => shown(tensors))).toBe(sentence);
  });
});

describe("candidates", () => {
  it("explains files it cannot use", () => {
    expect(explained(() => candidates([{ name: "a.txt", bytes: new Uint8Array(3) }]))).toBe(
      "a.txt is neither .npy nor .safetensors.",
    );
    expect(explained(() => candidates([npy("one-axis.npy", 4)]))).toBe(
      "There is no tensor of two to four axes in these files.",
    );
    expect(explained(() => candidates([{ name: "bad.npy", bytes: new Uint8Array(9) }]))).toMatch(
      /^bad\.npy could not be read: /,
    );
  });
});
