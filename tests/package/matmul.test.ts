import type { Lab, Tensor } from "attnlab";
import { expect, test } from "vitest";
import { expectClose, expectSameBits } from "./support/compare.js";
import { expectRefusal, type Expected } from "./support/errors.js";
import { describeBoth } from "./support/labs.js";
import { makeRandom, pick, randomTensor } from "./support/random.js";
import { matmulTwin } from "./twin/matmul.js";

const SIZES = [0, 1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 17, 31, 48, 63, 64, 65];

const make = (...shape: number[]): Tensor => ({
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  shape,
});

describeBoth("matmul", (lab: Lab) => {
  test.each(Array.from({ length: 100 }, (_, seed) => seed))(
    "random call %i agrees with the formula in double",
    (seed) => {
      const random = makeRandom(seed);
      const leading = pick(random, [[], [3], [2, 2], [0], [1, 4]]);
      const [m, n, k] = [pick(random, SIZES), pick(random, SIZES), pick(random, SIZES)];
      const [transposeA, transposeB, shared] = [random() < 0.5, random() < 0.5, random() < 0.3];
      const a = randomTensor(random, [...leading, ...(transposeA ? [k, m] : [m, k])]);
      const b = randomTensor(random, [...(shared ? [] : leading), ...(transposeB ? [n, k] : [k, n])]);
      const product = lab.matmul(a, b, { transposeA, transposeB });
      expect(product.shape).toEqual([...leading, m, n]);
      if (k > 0) expectClose(product.data, matmulTwin(a, b, transposeA, transposeB), 1e-6 * Math.max(1, k));
      else expect(product.data.every((value) => Object.is(value, 0))).toBe(true);
      const held = lab.resident(b);
      try {
        expectSameBits(lab.matmul(a, held, { transposeA, transposeB }).data, product.data);
      } finally {
        held.dispose();
      }
    },
  );

  test("whole numbers are exact", () => {
    const random = makeRandom(1);
    const whole = (rows: number, columns: number): Tensor => ({
      data: Float32Array.from({ length: rows * columns }, () => Math.floor(random() * 17) - 8),
      shape: [rows, columns],
    });
    const [a, b] = [whole(67, 129), whole(129, 71)];
    expect(Array.from(lab.matmul(a, b).data)).toEqual(matmulTwin(a, b));
  });

  test("NaN and infinities follow IEEE arithmetic", () => {
    const a = lab.tensor([
      [1, 0],
      [NaN, 1],
      [Infinity, 1],
      [Infinity, -Infinity],
      [0, 0],
    ]);
    const b = lab.tensor([
      [2, Infinity, 0],
      [3, 4, 5],
    ]);
    expectClose(lab.matmul(a, b).data, matmulTwin(a, b), 0);
  });

  test("K = 0 gives zeros, in out too", () => {
    const out = lab.tensor(new Float32Array(6).fill(9), [2, 3]);
    expect(lab.matmul(make(2, 0), make(0, 3), { out })).toBe(out);
    expect(Array.from(out.data)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(lab.matmul(make(2 ** 40, 0), make(0, 0)).shape).toEqual([2 ** 40, 0]);
  });

  type Case = [name: string, args: unknown[], code: Expected["code"], argument: string];
  const refused: Case[] = [
    ["a of rank 1", [make(3), make(3, 3)], "SHAPE", "a"],
    ["b of rank 1", [make(3, 3), make(3)], "SHAPE", "b"],
    ["b of rank 0", [make(3, 3), make()], "SHAPE", "b"],
    ["another K", [make(2, 3), make(2, 3)], "SHAPE", "b"],
    ["another K when a is transposed", [make(2, 3), make(3, 2), { transposeA: true }], "SHAPE", "b"],
    ["another K when b is transposed", [make(2, 3), make(3, 2), { transposeB: true }], "SHAPE", "b"],
    ["another batch", [make(2, 2, 3), make(3, 3, 2)], "SHAPE", "b"],
    ["a batch in b alone", [make(2, 3), make(4, 3, 2)], "SHAPE", "b"],
    ["b of an intermediate rank", [make(5, 4, 2, 3), make(4, 3, 2)], "SHAPE", "b"],
    ["a no tensor", [3, 4, 5], "TYPE", "a"],
    ["b no tensor", [make(2, 3), null, 5], "TYPE", "b"],
    ["options no object", [make(2, 3), make(3, 2), 5], "TYPE", "options"],
    ["an unknown key", [make(2, 3), make(3, 2), { transpose: true }], "VALUE", "transpose"],
    ["transposeA 1", [make(2, 3), make(3, 2), { transposeA: 1 }], "TYPE", "transposeA"],
    ["transposeB null", [make(2, 3), make(3, 2), { transposeB: null }], "TYPE", "transposeB"],
    ["transposeA before transposeB", [make(2, 3), make(3, 2), { transposeB: 1, transposeA: 1 }], "TYPE", "transposeA"],
    ["transposeB before out", [make(2, 3), make(3, 2), { out: 1, transposeB: 1 }], "TYPE", "transposeB"],
    ["out of another shape", [make(2, 3), make(3, 2), { out: make(4) }], "SHAPE", "out"],
  ];
  test.each(refused)("refuses %s", (_, args, code, argument) => {
    const matmul = lab.matmul as (...args: unknown[]) => unknown;
    expectRefusal(() => matmul(...args), { code, operation: "matmul", argument });
  });
});
