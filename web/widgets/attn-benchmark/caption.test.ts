import { expect, it } from "vitest";
import { Numbers } from "../shared/format.js";
import { translator } from "../shared/text.js";
import { captionOf, sizeText } from "./caption.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";
import { someMeasured, someStored } from "./testing.js";

const caption = (language: "en" | "zh", more: Partial<Parameters<typeof captionOf>[2]>): string =>
  captionOf(translator({ en, zh }, language), new Numbers(language), {
    size: "256",
    measured: undefined,
    stored: undefined,
    ...more,
  });

it("tells time, rate, share and loops", () => {
  expect(caption("en", { measured: someMeasured() })).toContain(
    "needs 4.00 ms: 33.6 GFLOP/s, 67% of the 50.0 GFLOP/s that one of its cores reaches at fused multiply-add and nothing else. " +
      "Loops in JavaScript need 60.0 ms, 15 times as long.",
  );
  expect(caption("zh", { measured: someMeasured({ variant: "simd" }) })).toContain("它的一个核只做先乘后加时能到");
});

it("says who is faster, also when it is not us", () => {
  expect(caption("en", { stored: someStored(6) })).toContain("6.00 ms: 2.00 times as long");
  expect(caption("en", { stored: someStored(1.5) })).toContain("we were slower");
  expect(caption("zh", { stored: someStored(1.5) })).toContain("我们更慢");
});

it("owns up to a disturbed run and to a wrong result", () => {
  expect(caption("en", { measured: someMeasured({ disturbed: true }) })).toContain(
    "take the figures with care. Of the ceiling, the fastest sample counts.",
  );
  const wrong = someMeasured({ correct: false, largestError: 0.5 });
  expect(caption("en", { measured: wrong })).toContain("off by 0.5 from double precision");
});

it("names every size", () => {
  const numbers = new Numbers("en");
  expect(sizeText(translator({ en, zh }, "en"), numbers, "1024-causal")).toBe("8 heads × 1024 tokens × 64, causal");
});
