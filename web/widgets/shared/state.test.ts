import { describe, expect, it } from "vitest";
import { choice, decodeState, encodeState, flag, whole } from "./state.js";

const schema = { scale: choice(["none", "sqrt"], "sqrt"), layer: whole(3, 1), causal: flag(), key: whole(0) };

describe("state in text", () => {
  it("comes back as it was", () => {
    const state = { scale: "none", layer: 5, causal: true, key: 7 } as const;
    const text = encodeState(schema, state);
    expect(text).toBe("scale:none;layer:5;causal:1;key:7");
    expect(decodeState(schema, text)).toEqual(state);
  });

  it("may name some entries only", () => {
    expect(decodeState(schema, "layer:2")).toEqual({ layer: 2 });
    expect(decodeState(schema, "causal:0")).toEqual({ causal: false });
    expect(decodeState(schema, "causal")).toEqual({ causal: true });
  });

  it.each([
    "layer:0",
    "layer:-1",
    "layer:1.5",
    "layer:1e3",
    "layer:",
    "layer",
    "scale:cubic",
    "causal:yes",
    "unknown:1",
    "__proto__:1",
    "constructor:1",
    "",
    ";;",
    "layer:9999999999",
    "layer:%",
  ])("ignores %j", (text) => {
    expect(decodeState(schema, text)).toEqual({});
  });
});
