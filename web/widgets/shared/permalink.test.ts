import { describe, expect, it } from "vitest";
import { permalink, stateInHash } from "./permalink.js";

describe("permalink", () => {
  it("puts the state into the hash and finds it again", () => {
    const link = permalink("https://example.org/post?x=1#section", "attn-explorer", "layer:3;head:5");
    expect(link).toBe("https://example.org/post?x=1#attn-explorer.state=layer:3;head:5");
    expect(stateInHash(new URL(link).hash, "attn-explorer")).toBe("layer:3;head:5");
  });

  it("keeps other widgets' states and replaces its own", () => {
    const first = permalink("https://example.org/", "one", "a:1");
    const both = permalink(first, "two", "b:2");
    expect(both).toBe("https://example.org/#one.state=a:1&two.state=b:2");
    expect(permalink(both, "one", "a:9")).toBe("https://example.org/#two.state=b:2&one.state=a:9");
  });

  it("finds nothing in an ordinary hash", () => {
    expect(stateInHash("#section", "one")).toBeUndefined();
    expect(stateInHash("", "one")).toBeUndefined();
    expect(stateInHash("#one.stately=1", "one")).toBeUndefined();
  });
});
