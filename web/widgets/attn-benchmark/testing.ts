// Figures for the unit tests of this folder; no part of the widget.

import type { Measured } from "./measure.js";
import type { StoredSize } from "./stored.js";

/** 8 heads × 256 × 64 in 4 ms on a machine of 50 GFLOP/s. */
export const someMeasured = (more: Partial<Measured> = {}): Measured => ({
  size: "256",
  variant: "relaxed",
  ours: { milliseconds: 4, samples: 9, spread: 0.02 },
  loops: { milliseconds: 60, samples: 9, spread: 0.02 },
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
