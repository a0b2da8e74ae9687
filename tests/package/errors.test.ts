import { AttnlabError, load } from "attnlab";
import * as external from "attnlab/external";
import * as io from "attnlab/io";
import { describe, expect, test } from "vitest";
import { AttnlabError as SecondCopy } from "../../web/package/errors.js";
import { expectRefusal, thrownBy } from "./support/errors.js";

const lab = await load();
const q = lab.tensor(new Float32Array(2 * 96 * 64), [2, 96, 64]);
const narrow = lab.tensor(new Float32Array(2 * 96 * 32), [2, 96, 32]);

describe("AttnlabError", () => {
  test("has the documented parts and message", () => {
    const error = expectRefusal(() => lab.attention(q, narrow, q), {
      code: "SHAPE",
      operation: "attention",
      argument: "k",
    });
    expect(error.message).toBe("attention: k has shape [2,96,32], expected [2,n,64] to match q");
    expect(error.actual).toBe("[2,96,32]");
    expect(error.expected).toBe("[2,n,64] to match q");
  });

  test("is an Error with a name and a stack", () => {
    const error = thrownBy(() => lab.attention(q, narrow, q));
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).name).toBe("AttnlabError");
    expect((error as Error).stack).toContain("AttnlabError");
    expect(String(error)).toContain("AttnlabError: attention: k has shape");
  });

  test("is recognized by every copy of the class, and nothing else is", () => {
    expect(AttnlabError).not.toBe(SecondCopy);
    const error = thrownBy(() => lab.softmax(q, { temperature: -1 }));
    expect(error).toBeInstanceOf(AttnlabError);
    expect(error).toBeInstanceOf(SecondCopy);
    for (const other of [new Error("no"), undefined, null, "AttnlabError", {}, { name: "AttnlabError" }]) {
      expect((other as unknown) instanceof AttnlabError).toBe(false);
    }
  });

  test("is the same class in every entry", () => {
    expect(external.AttnlabError).toBe(AttnlabError);
    expect(io.AttnlabError).toBe(AttnlabError);
  });

  test("keeps the values of a caller out of long messages", () => {
    const error = expectRefusal(() => lab.attention(q, q, q, { scale: "x".repeat(5000) as "sqrt" }), {
      code: "VALUE",
      operation: "attention",
      argument: "scale",
    });
    expect(error.message.length).toBeLessThan(200);
  });

  test("never calls the toString of a value", () => {
    const trap = { toString: () => expect.fail("called"), valueOf: () => expect.fail("called") };
    expectRefusal(() => lab.softmax(q, { axis: trap as never }), {
      code: "TYPE",
      operation: "softmax",
      argument: "axis",
    });
  });
});
