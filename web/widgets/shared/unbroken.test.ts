import { expect, it } from "vitest";
import { unbroken } from "./unbroken.js";

/** The pieces that stay on one line. */
const kept = (text: string): unknown[] =>
  unbroken(text).flatMap((part) => (typeof part === "string" ? [] : part.values));

it.each([
  ["With 1/√d it would be 1.71 nats.", ["1/√d", "1.71 nats"]],
  ["2.30 奈特，相当于 10 个等概率的选项", ["2.30 奈特"]],
  ["under κ ln n/d with κ = 2.5, by 0.47 under ln n/(0.24 d)", ["κ ln n/d", "κ = 2.5,", "ln n/(0.24 d)"]],
  ["在 log₅₁₂ n/√d 下增加 3.52，在 κ ln n/d（κ = 2.5）下", ["log₅₁₂ n/√d", "κ ln n/d", "κ = 2.5"]],
  ["takes 8.30 ms, from n ≈ 150 on", ["8.30 ms", "n ≈ 150"]],
  ["clusters (k-means)", ["k-means"]],
  ["jax-js 0.1.25, 2 threads", ["2 threads"]],
  ["8 个头 × 1024 个 token，2 线程", ["1024 个 token", "2 线程"]],
  ["multiplied by e^(old m − new m) = 0.465.", ["e^(old m − new m) = 0.465."]],
  ["a laptop, some browser, 2026-11-26", ["2026-11-26"]],
  ["16 samples", []],
])("keeps together what belongs together in %j", (text, pieces) => {
  expect(kept(text)).toEqual(pieces);
});

it("leaves the text as it is", () => {
  const text = "At σ = 0.7 and head size 16, 32 directions take 3 ms.";
  const parts = unbroken(text).map((part) => (typeof part === "string" ? part : String(part.values[0])));
  expect(parts.join("")).toBe(text);
});
