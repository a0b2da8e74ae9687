// Figures for the unit tests of this folder; no part of the widget.

import type { Ceiling } from "./ceiling.js";
import type { CrossoverOf, Crossovers } from "./crossover.js";
import type { Measured } from "./measure.js";
import type { StoredSize } from "./stored.js";

/** 8 heads × 256 × 64 in 4 ms on a machine of 50 GFLOP/s. */
export const someMeasured = (more: Partial<Measured> = {}): Measured => ({
  size: "256",
  variant: "relaxed",
  ours: { milliseconds: 4, fastest: 4, samples: 9, spread: 0.02 },
  loops: { milliseconds: 60, fastest: 59, samples: 9, spread: 0.02 },
  flops: 134_217_728,
  ceiling: 50,
  largestError: 2.5e-7,
  correct: true,
  disturbed: false,
  ...more,
});

/** A stored run in which a peer with two threads takes `peer` ms and we take 3. */
export const someStored = (peer: number): StoredSize => ({
  disturbed: false,
  ceiling: 60,
  runs: [
    { who: "loops", threads: 1, milliseconds: 40, gflops: 3.4, share: 0.06 },
    { who: "onnxruntime-web 1.30.0", threads: 2, milliseconds: peer, gflops: 134 / peer, share: 134 / peer / 60 },
    { who: "attnlab", threads: 1, milliseconds: 3, gflops: 44.7, share: 0.745 },
  ],
});

/** Work that the clock can see, in place of the WebAssembly loop. */
export const someCeiling: Ceiling = {
  flops: 2e6,
  run(): void {
    let sum = 1;
    for (let i = 0; i < 1e6; i++) sum = sum * 0.999 + 0.001;
    if (sum === 0) throw new Error("The sum cannot vanish.");
  },
};

/** Three methods: at once faster, faster somewhere, and nowhere. */
export const someMethods: readonly CrossoverOf[] = [
  { key: "sparse-local", crossover: "below", disturbed: false, points: pointsOf(0.9, 0.5) },
  { key: "performer", crossover: 557.6, disturbed: false, points: pointsOf(5, 0.1) },
  { key: "performer-causal", crossover: "beyond", disturbed: false, points: pointsOf(8, 1.25) },
];

function pointsOf(first: number, last: number): { n: number; ratio: number }[] {
  return [
    { n: 64, ratio: first },
    { n: 4096, ratio: last },
  ];
}

export const someCrossovers = (more: Partial<Crossovers> = {}): Crossovers => ({
  variant: "relaxed",
  samples: 9,
  methods: someMethods,
  largestError: 2.5e-6,
  correct: true,
  disturbed: false,
  ...more,
});
