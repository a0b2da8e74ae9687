import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { Numbers } from "../shared/format.js";
import { translator } from "../shared/text.js";
import { backwardCaption, compareCaption, compareLine, forwardCaption, precisionCaption } from "./caption.js";
import { run } from "./norms.js";
import { normNames, programNames, schema, type NormsState } from "./schema.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";
import { textbook } from "./textbook.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const initial = Object.fromEntries(Object.entries(schema).map(([key, field]) => [key, field.initial])) as NormsState;
const t = translator({ en, zh }, "en");
const numbers = new Numbers("en");
const forward = (change: Partial<NormsState>): string => {
  const state = { ...initial, ...change };
  return forwardCaption(t, numbers, run(lab, state), state);
};
const backward = (change: Partial<NormsState>): string => {
  const state = { ...initial, view: "backward" as const, ...change };
  return backwardCaption(t, numbers, run(lab, state), state);
};

describe("forward", () => {
  it("says what is subtracted and what is divided by", () => {
    expect(forward({})).toMatch(/^Layer norm takes 6 entries together, with mean 0\.07 and standard deviation 2\.99/);
    expect(forward({ norm: "rms" })).toContain("their root mean square, 2.99: 4.34 becomes 1.45");
    expect(forward({ norm: "l2" })).toContain("their length, 7.32: 4.34 becomes 0.59");
    expect(forward({ norm: "group", groups: 1 })).toContain("takes 18 entries");
  });

  it("says what breaks", () => {
    expect(forward({ norm: "instance", tokens: 1 })).toContain("nothing is left but zeros");
    expect(forward({ size: -4 })).toContain("small against ε = 10⁻⁵");
    expect(forward({ size: -4, eps: -12 })).not.toContain("small against");
    expect(forward({ norm: "batch", inference: true })).toContain("no entry depends on another");
  });

  it("compares samples only where there are several", () => {
    expect(forward({})).toContain("Sample 2 was 2.7 times as large as the others and is 1.0 times");
    expect(forward({ samples: 1 })).not.toContain("times as large");
  });
});

describe("backward", () => {
  it("counts what is reached", () => {
    expect(backward({})).toContain("at one output goes on to 6 of 72");
    expect(backward({ norm: "batch" })).toContain("goes on to 12 of 72");
    expect(backward({ norm: "batch", inference: true })).toContain("goes on to 1 of 72");
    expect(backward({ gradient: "equal" })).toContain("goes on to 0 of 72 entries of x. Next to nothing");
  });

  it("takes small activations under a large eps for what they are", () => {
    expect(backward({ size: -6, eps: 0, gradient: "random" })).not.toContain("Next to nothing");
  });
});

describe("single precision", () => {
  const precision = (change: Partial<NormsState>, language: "en" | "zh" = "en"): string => {
    const state = { ...initial, view: "precision" as const, ...change };
    const own = run(lab, state);
    const words = translator({ en, zh }, language);
    return precisionCaption(words, new Numbers(language), own, textbook(own, state), state);
  };

  it("says what the textbook's program finds, and what comes of it", () => {
    expect(precision({})).toMatch(/^The activations are of ordinary size.*a variance of 8\.9\d, where it is 8\.9\d/);
    expect(precision({ size: 2, offset: 8 })).toMatch(/^Every entry has 10⁸ added.*outputs \d+ are NaN/);
    expect(precision({ size: 30 })).toContain("What comes out is NaN");
    expect(precision({ size: 30, program: "differences" })).toContain("Every output is 0, and nothing tells you");
    expect(precision({ size: 30, norm: "rms" })).toContain("a mean square of ∞");
    expect(precision({ size: -30, norm: "l2" })).toContain("a sum of squares of 0");
  });

  it("leaves nothing unsaid in any case, in either language", () => {
    for (const norm of normNames) {
      for (const program of programNames) {
        for (const change of [{}, { size: 2, offset: 8 }, { size: 30 }, { size: -30 }]) {
          for (const language of ["en", "zh"] as const) {
            expect(precision({ norm, program, ...change }, language)).not.toMatch(/undefined|[{}]/);
          }
        }
      }
    }
  });
});

it("has no NaN in any view of any extent, in either language", () => {
  for (const samples of [1, 4]) {
    for (const tokens of [1, 3]) {
      for (const norm of normNames) {
        const state = { ...initial, samples, tokens, norm };
        const found = run(lab, state);
        for (const language of ["en", "zh"] as const) {
          const [words, format] = [translator({ en, zh }, language), new Numbers(language)];
          for (const text of [
            forwardCaption(words, format, found, state),
            backwardCaption(words, format, found, state),
            compareCaption(words, format, found),
            compareLine(words, format, found),
          ]) {
            expect(text).not.toMatch(/NaN|undefined|[{}]/);
          }
        }
      }
    }
  }
});
