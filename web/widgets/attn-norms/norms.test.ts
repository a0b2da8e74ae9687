import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { loud, placeOf, randomBatch, readEdits, shifted, writeEdits } from "./batch.js";
import { isEmpty, isStopped } from "./caption.js";
import { loudnessOf, run, shiftOf, statisticsOf } from "./norms.js";
import { gradientNames, most, normNames, programNames, schema, type NormsState } from "./schema.js";
import { blocks, sliceIds } from "./slices.js";
import { textbook, type Textbook } from "./textbook.js";

let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const initial = Object.fromEntries(Object.entries(schema).map(([key, field]) => [key, field.initial])) as NormsState;
const state = (change: Partial<NormsState> = {}): NormsState => ({ ...initial, ...change });

/** Every way to take entries together. */
const variants: Partial<NormsState>[] = [
  ...normNames.map((norm) => ({ norm })),
  ...(["layer", "rms", "l2"] as const).map((norm) => ({ norm, axes: "sample" as const })),
  ...(["layer", "batch", "instance", "group"] as const).map((norm) => ({ norm, uncentered: true })),
  ...[1, 3, 6].map((groups) => ({ norm: "group" as const, groups })),
  { norm: "batch", inference: true },
  { norm: "batch", inference: true, uncentered: true },
];

describe.each(variants)("%o", (variant) => {
  it("agrees with double precision, forward and backward, whatever comes in", () => {
    for (const gradient of gradientNames) {
      for (const size of variant.inference ? [-6, 0, 6] : [-30, -6, 0, 6, 30]) {
        const { errors, y, dx } = run(lab, state({ ...variant, gradient, size }));
        expect(errors.y).toBeLessThan(1e-6);
        expect([...y, ...dx].every(Number.isFinite)).toBe(true);
        // Where a norm keeps nearly all of a gradient back, what is left is rounding.
        if (gradient === "random" || gradient === "one") expect(errors.dx).toBeLessThan(2e-6);
      }
    }
  });

  it("has the gradient that finite differences find", () => {
    const given = state({ ...variant, gradient: "random", eps: -2 });
    const { x, dy, dx, place } = run(lab, given);
    const step = 0.25;
    for (const index of [0, place.index, x.length - 1]) {
      const loss = (change: number): number => {
        const value = (x[index] ?? 0) + change;
        const { y } = run(lab, { ...given, edits: `${index}_${value.toFixed(2)}` });
        return y.reduce((sum, each, i) => sum + each * (dy[i] ?? 0), 0);
      };
      // Richardson's extrapolation of two central differences.
      const [wide, narrow] = [step, step / 5].map((h) => (loss(h) - loss(-h)) / (2 * h)) as [number, number];
      expect((25 * narrow - wide) / 24).toBeCloseTo(dx[index] ?? NaN, 2);
    }
  });

  it("changes nothing outside of the slice that an entry is in", () => {
    const [before, after] = ["", "30_-4"].map((edits) => run(lab, state({ ...variant, edits }))) as [
      ReturnType<typeof run>,
      ReturnType<typeof run>,
    ];
    before.slices.forEach((slice, i) => {
      if (slice !== before.slices[30]) expect(after.y[i]).toBe(before.y[i]);
    });
    expect(after.y[30]).not.toBe(before.y[30]);
  });

  it("takes together what stands together in the picture", () => {
    const given = state(variant);
    const slices = sliceIds(given, placeOf(given));
    for (const [slice, { top, bottom, left, right }] of blocks(slices, most.channels)) {
      const own = slices.filter((each) => each === slice).length;
      expect((bottom - top) * (right - left)).toBe(own);
    }
  });
});

describe("the batch as it is first seen", () => {
  it("is within reach, with a loud sample and a shifted channel", () => {
    for (let seed = 1; seed < 6; seed++) {
      const { x, place } = run(lab, state({ seed }));
      expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(6);
      expect(loudnessOf(x, loud, place)).toBeGreaterThan(1.3);
      expect(shiftOf(x, shifted, place)).toBeGreaterThan(0.5);
    }
  });

  it("loses the loud sample to layer norm, and the shifted channel to batch norm", () => {
    const layer = run(lab, state());
    expect(loudnessOf(layer.y, loud, layer.place)).toBeCloseTo(1, 3);
    expect(shiftOf(layer.y, shifted, layer.place)).toBeGreaterThan(0.5);
    const batch = run(lab, state({ norm: "batch" }));
    expect(loudnessOf(batch.y, loud, batch.place)).toBeGreaterThan(1.3);
    expect(shiftOf(batch.y, shifted, batch.place)).toBeCloseTo(0, 5);
  });

  it("has statistics from the kernels, as in plain arithmetic", () => {
    const { count, mean, variance } = statisticsOf(lab, [1, 2, 4, -3]);
    expect([count, mean, variance]).toEqual([4, 1, 6.5]);
    expect(statisticsOf(lab, run(lab, state()).y.slice(0, 6)).variance).toBeCloseTo(1, 4);
  });
});

describe("where norms break", () => {
  it("a slice of one entry becomes zeros", () => {
    expect(isEmpty(run(lab, state({ norm: "instance", tokens: 1 })))).toBe(true);
    expect(isEmpty(run(lab, state({ norm: "batch", tokens: 1, samples: 1 })))).toBe(true);
    expect(isEmpty(run(lab, state({ norm: "batch", tokens: 1, samples: 1, inference: true })))).toBe(false);
  });

  it("small activations drown in eps; L2 norm has none", () => {
    expect(run(lab, state({ size: -4 })).after.variance).toBeLessThan(0.05);
    const l2 = run(lab, state({ size: -6, norm: "l2" }));
    expect(6 * (l2.after.variance + l2.after.mean ** 2)).toBeCloseTo(1, 5);
  });

  it("what a norm takes away has no gradient", () => {
    for (const norm of ["layer", "batch", "instance", "group"] as const) {
      expect(isStopped(run(lab, state({ norm, gradient: "equal" })))).toBe(true);
    }
    for (const norm of normNames) {
      expect(isStopped(run(lab, state({ norm, gradient: "output", eps: -12 })))).toBe(true);
      expect(isStopped(run(lab, state({ norm, gradient: "random" })))).toBe(false);
    }
    expect(isStopped(run(lab, state({ norm: "batch", inference: true, gradient: "equal" })))).toBe(false);
  });
});

describe("single precision", () => {
  const precision = (change: Partial<NormsState>): { run: ReturnType<typeof run>; by: Textbook } => {
    const given = state({ view: "precision", ...change });
    const own = run(lab, given);
    return { run: own, by: textbook(own, given) };
  };

  it.each(normNames)("the textbook's %s norm is right for activations of ordinary size", (norm) => {
    for (const program of programNames) {
      const { run: own, by } = precision({ norm, program });
      expect(by.error).toBeLessThan(1e-5);
      expect(own.errors.y).toBeLessThan(1e-6);
    }
  });

  it("a far offset is too much for the square of the mean; with squared differences the sum for the mean rounds", () => {
    for (const norm of ["layer", "batch", "instance", "group"] as const) {
      const { run: own, by } = precision({ norm, size: 2, offset: 8 });
      expect(by.error < 0.05).toBe(false);
      expect(own.errors.y).toBeLessThan(1e-6);
      const better = precision({ norm, size: 2, offset: 8, program: "differences" }).by.error;
      expect(better).toBeGreaterThan(1e-4);
      expect(better).toBeLessThan(0.3);
    }
  });

  it("squares of 1e30 are too much for both, and squares of 1e-30 for the L2 norm", () => {
    for (const norm of normNames) {
      for (const program of programNames) {
        const { run: own, by } = precision({ norm, size: 30, program });
        expect(by.error < 0.5).toBe(false);
        expect(own.errors.y).toBeLessThan(1e-6);
        expect(Number.isFinite(own.before.variance)).toBe(true);
      }
    }
    const { run: own, by } = precision({ norm: "l2", size: -30 });
    expect(by.y.every((value) => Number.isFinite(value))).toBe(false);
    expect(own.errors.y).toBeLessThan(1e-6);
  });
});

describe("state", () => {
  it("writes edits and reads them back", () => {
    const edits = new Map([
      [14, 2.5],
      [3, -1],
    ]);
    expect(writeEdits(edits)).toBe("14_2.5~3_-1");
    expect(readEdits(writeEdits(edits))).toEqual(edits);
    expect(schema.edits.parse("14_2.5~3_-1")).toBe("14_2.5~3_-1");
    expect(schema.edits.parse("14_2.5;x")).toBeUndefined();
    expect(readEdits("").size).toBe(0);
  });

  it("puts an edit to the same entry, however much of the batch is looked at", () => {
    const { whole } = placeOf(state({ sample: 2, token: 1, channel: 4, tokens: 1 }));
    const { x, place } = run(lab, state({ sample: 2, token: 1, channel: 4, tokens: 1, edits: `${whole}_-4.5` }));
    expect(x[place.index]).toBe(-4.5);
    const all = randomBatch(1);
    expect(Array.from(x.slice(0, 6))).toEqual(Array.from(Float32Array.from(all.slice(0, 6))));
  });

  it("takes what lies beyond the batch as its last", () => {
    expect(placeOf(state({ sample: 9, token: 9, channel: 9, samples: 2 }))).toMatchObject({
      sample: 1,
      token: 2,
      channel: 5,
    });
    expect(schema.size.parse("-31")).toBeUndefined();
    expect(schema.groups.parse("4")).toBeUndefined();
  });
});
