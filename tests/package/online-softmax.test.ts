import type { Lab } from "attnlab";
import { expect, test } from "vitest";
import { expectClose } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";

describeBoth("onlineSoftmax", (lab: Lab) => {
  test("ends with the softmax, whatever the tile", () => {
    const x = randomTensor(makeRandom(1), [2, 3, 37], 20);
    const expected = Array.from(lab.softmax(x).data);
    for (const tile of [1, 2, 8, 36, 37, 1000]) {
      const { maximum, denominator, accumulated } = lab.onlineSoftmax(x, { tile });
      const tiles = Math.ceil(37 / tile);
      expect(maximum.shape).toEqual([2, 3, tiles]);
      expect(denominator.shape).toEqual([2, 3, tiles]);
      expect(accumulated.shape).toEqual([2, 3, tiles, 37]);
      const last = Float32Array.from(expected, (_, i) => {
        const row = Math.floor(i / 37);
        const end = (row + 1) * tiles - 1;
        return (accumulated.data[end * 37 + (i % 37)] ?? NaN) / (denominator.data[end] ?? NaN);
      });
      expectClose(last, expected, 1e-6);
    }
  });

  test("shows the two mistakes", () => {
    const x = lab.tensor([0, 5, 100, 100]);
    const forgotten = lab.onlineSoftmax(x, { tile: 2, rescale: false });
    // The second tile is measured from 100, the first still from 5.
    expect(forgotten.denominator.data[1]).toBeCloseTo(3.0067, 3);
    const raw = lab.onlineSoftmax(x, { tile: 2, subtractMaximum: false });
    expect(raw.denominator.data[1]).toBe(Infinity);
  });

  test("reads residents, and rows of size 0", () => {
    const x = lab.tensor([[1, 2, 3]]);
    const held = lab.resident(x);
    try {
      expect(lab.onlineSoftmax(held)).toEqual(lab.onlineSoftmax(x));
    } finally {
      held.dispose();
    }
    const empty = lab.onlineSoftmax({ data: new Float32Array(0), shape: [2, 0] });
    expect([empty.maximum.shape, empty.accumulated.shape]).toEqual([
      [2, 0],
      [2, 0, 0],
    ]);
  });

  const x = lab.tensor([1, 2]);
  test.each<[name: string, args: unknown[], code: Expected["code"], argument: string]>([
    ["no tensor", [1], "TYPE", "x"],
    ["rank 0", [{ data: new Float32Array(1), shape: [] }], "SHAPE", "x"],
    ["tile 0", [x, { tile: 0 }], "RANGE", "tile"],
    ["half a tile", [x, { tile: 1.5 }], "RANGE", "tile"],
    ["a flag that is none", [x, { rescale: 1 }], "TYPE", "rescale"],
    ["an unknown option", [x, { step: 1 }], "VALUE", "step"],
  ])("refuses %s", (_, args, code, argument) => {
    const run = lab.onlineSoftmax as (...given: unknown[]) => unknown;
    expectRefusal(() => run(...args), { code, operation: "onlineSoftmax", argument });
  });
});
