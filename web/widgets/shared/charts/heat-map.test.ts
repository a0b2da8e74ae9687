import { describe, expect, it } from "vitest";
import { ColorMap, tone } from "./color-map.js";
import { gridOf } from "./grid.js";
import { clip, heatMapLayout } from "./heat-map-layout.js";
import { heatMapSvg } from "./heat-map-svg.js";

describe("heatMapLayout", () => {
  it("draws square entries beside and below the labels", () => {
    const layout = heatMapLayout(400, 31, 31, { row: 40, column: 60 });
    expect(layout.left).toBe(48);
    expect(layout.top).toBe(68);
    expect(layout.cellWidth).toBeCloseTo(layout.cellHeight, 1);
    expect(layout.left + layout.width).toBeLessThanOrEqual(400);
    expect(layout.rowLabelStep).toBe(2);
  });

  it("needs no room without labels, and never lets them take more than a quarter", () => {
    expect(heatMapLayout(300, 500, 500, { row: 0, column: 0 })).toMatchObject({ left: 1, top: 1, rowLabelStep: 0 });
    expect(heatMapLayout(300, 5, 5, { row: 900, column: 900 }).left).toBe(72);
  });

  it("keeps ribbons visible", () => {
    expect(heatMapLayout(300, 1, 500, { row: 0, column: 0 }).height).toBeGreaterThan(90);
    expect(heatMapLayout(300, 500, 1, { row: 0, column: 0 }).height).toBeLessThan(400);
  });
});

describe("clip", () => {
  const measure = (text: string): number => text.length * 10;
  it("cuts with an ellipsis what does not fit", () => {
    expect(clip("short", 50, measure)).toBe("short");
    expect(clip("longer", 50, measure)).toBe("long…");
  });
});

describe("ColorMap", () => {
  const luminance = (hex: string): number => {
    const linear = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };

  it.each([
    [false, -1],
    [true, 1],
  ])("changes lightness in one direction only (dark: %s)", (dark, direction) => {
    const colors = ColorMap.of(dark);
    const values = Array.from({ length: 65 }, (_, index) => luminance(colors.hex(index / 64)));
    values.slice(1).forEach((value, index) => {
      expect((value - (values[index] ?? 0)) * direction).toBeGreaterThan(0);
    });
  });

  it("bounds what is out of range and grays what is no number", () => {
    const colors = ColorMap.of(false);
    expect(colors.hex(7)).toBe(colors.hex(1));
    expect(colors.hex(-1)).toBe(colors.hex(0));
    expect(colors.hex(Number.NaN)).toBe("#808080");
  });

  it("places weights by their square root", () => {
    expect(tone(0.25, 1)).toBe(0.5);
    expect(tone(0.02, 0.08)).toBe(0.5);
    expect(tone(0, 0)).toBe(0);
  });
});

describe("heatMapSvg", () => {
  const file = heatMapSvg({
    grid: gridOf(Float32Array.of(0.5, 0.5, 1, 0), 2, 2, 8),
    most: 1,
    visible: (row) => row + 1,
    rowLabels: ["a<b", "&"],
    columnLabels: ["x", "y"],
    title: "Title",
    subtitle: "Subtitle",
  });

  it("draws visible entries only, equal neighbors as one", () => {
    expect(file.text.match(/<rect/g)).toHaveLength(1 + 1 + 2);
    expect(file.text).toContain(`width="${file.width}"`);
  });

  it("escapes text and carries no style", () => {
    expect(file.text).toContain("a&lt;b");
    expect(file.text).toContain("&amp;");
    expect(file.text).not.toMatch(/style/);
  });
});
