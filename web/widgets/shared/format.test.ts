import { describe, expect, it } from "vitest";
import { Numbers } from "./format.js";

const en = new Numbers("en");

describe("Numbers", () => {
  it.each([
    [0, "0%"],
    [0.0004, "<0.1%"],
    [0.0005, "0.1%"],
    [0.037, "3.7%"],
    [0.0994, "9.9%"],
    [0.0996, "10%"],
    [0.434, "43%"],
    [1, "100%"],
    [Number.NaN, "NaN%"],
  ])("writes %s as the share %s", (value, text) => {
    expect(en.percent(value)).toBe(text);
  });

  it.each([
    [0, "0.00"],
    [0.1767767, "0.177"],
    [4.1379, "4.14"],
    [-31.02, "−31.0"],
    [366.42, "366"],
    [12_345.6, "12346"],
    [99_999, "99999"],
    [1.3e26, "1.30×10²⁶"],
    [-4.56e-7, "−4.56×10⁻⁷"],
    [Number.NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
  ])("writes %s with three significant digits as %s", (value, text) => {
    expect(en.significant(value, 3)).toBe(text);
  });

  it.each([
    [1e-5, "10⁻⁵"],
    [2e-5, "2×10⁻⁵"],
    [-1e8, "−10⁸"],
  ])("writes %s with one digit as %s", (value, text) => {
    expect(en.significant(value, 1)).toBe(text);
  });

  it.each([
    [0.0421, "42.1 µs"],
    [0.9, "900 µs"],
    [1.25, "1.25 ms"],
    [3400, "3.40 s"],
  ])("writes %s ms as %s", (value, text) => {
    expect(en.duration(value)).toBe(text);
  });

  it("uses a true minus sign and keeps digits in Chinese", () => {
    expect(en.fixed(-1.5, 2)).toBe("−1.50");
    expect(en.fixed(-0.004, 2)).toBe("0.00");
    expect(en.fixed(-0.006, 2)).toBe("−0.01");
    expect(new Numbers("zh").whole(12_345)).toBe("12,345");
    expect(new Numbers("zh").whole(4096)).toBe("4096");
  });
});
