import type { Lab, Tensor } from "../../package/index.js";
import { seedOf } from "./sweeps.js";

/** The map of both estimators' errors: lengths upward, angles to the right. */
export const lengths = Array.from({ length: 40 }, (_, i) => (i + 0.5) / 20);
export const angles = Array.from({ length: 60 }, (_, i) => ((i + 0.5) * Math.PI) / 60);
/** Directions of each estimate, and estimates behind each dot. */
export const directions = 16;
export const trials = 400;

const compared = ["positive", "trigonometric"] as const;
export type Compared = (typeof compared)[number];

/** Vectors of this length at these angles. */
const arrows = (length: number, turns: readonly number[]): Tensor => ({
  data: Float32Array.from(turns.flatMap((angle) => [length * Math.cos(angle), length * Math.sin(angle)])),
  shape: [turns.length, 2],
});

export interface EstimatorMap {
  /** log10 of MSE(trigonometric) / MSE(positive), by length and angle. */
  readonly ratios: readonly Float64Array[];
}

/** Where which of the two estimators of e^(x.y) is the better one, |x| = |y| = length, by theory. */
export function estimatorMap(lab: Lab): EstimatorMap {
  return {
    ratios: lengths.map((length) => {
      const [positive, trigonometric] = compared.map((estimator) => meanSquares(lab, estimator, length, angles));
      return Float64Array.from(trigonometric ?? [], (value, i) => Math.log10(value / (positive?.[i] ?? Number.NaN)));
    }),
  };
}

function meanSquares(lab: Lab, estimator: Compared, length: number, turns: readonly number[]): Float32Array {
  const options = { estimator, features: directions, scale: 1 };
  return lab.performerVariance(arrows(length, [0]), arrows(length, turns), options).data;
}

/** Lengths of the dots on the map. */
export const dotLengths = [0.25, 0.75, 1.25, 1.75] as const;

export interface Slice {
  readonly length: number;
  /** Root mean square error over e^(x.y), by theory, over `angles`. */
  readonly theory: Readonly<Record<Compared, readonly number[]>>;
  /** The same, drawn, over `dotAngles`. */
  readonly drawn: Readonly<Record<Compared, readonly number[]>>;
  /** log10 of MSE(trigonometric) / MSE(positive), drawn, by `dotLengths` and `dotAngles`. */
  readonly drawnRatios: readonly Float64Array[];
}

export const dotAngles = Array.from({ length: 13 }, (_, i) => (i * Math.PI) / 12);

/** One length, and the map's: theory, and what some hundred estimates give; yields the share of the work done. */
export function* sliceOf(
  lab: Lab,
  { length, seed }: { readonly length: number; readonly seed: number },
): Generator<number, Slice, void> {
  // All pairs at once: the estimate of row x with its own y is used, the others are not.
  const all = [length, ...dotLengths];
  const [x, y] = [joined(all.map((one) => arrows(one, [0]))), joined(all.map((one) => arrows(one, dotAngles)))];
  const kernel = (one: number, angle: number): number => Math.exp(one * one * Math.cos(angle));
  const squaresOf = (): Float64Array[] => all.map(() => new Float64Array(dotAngles.length));
  const squares = { positive: squaresOf(), trigonometric: squaresOf() };
  for (let trial = 0; trial < trials; trial++) {
    const draw = { features: directions, orthogonal: false, seed: seedOf(seed, trial) };
    for (const estimator of compared) {
      const { data } = lab.performerKernel(x, y, { ...draw, estimator, scale: 1 });
      squares[estimator].forEach((sums, row) => {
        const start = row * (all.length + 1) * dotAngles.length;
        sums.forEach((sum, i) => {
          const off = (data[start + i] ?? Number.NaN) - kernel(all[row] ?? 0, dotAngles[i] ?? 0);
          sums[i] = sum + off ** 2 / trials;
        });
      });
    }
    yield (trial + 1) / trials;
  }
  const relative = (values: ArrayLike<number>, turns: readonly number[]): number[] =>
    Array.from(values, (value, i) => Math.sqrt(Math.max(0, value)) / kernel(length, turns[i] ?? 0));
  return {
    length,
    theory: {
      positive: relative(meanSquares(lab, "positive", length, angles), angles),
      trigonometric: relative(meanSquares(lab, "trigonometric", length, angles), angles),
    },
    drawn: {
      positive: relative(squares.positive[0] ?? [], dotAngles),
      trigonometric: relative(squares.trigonometric[0] ?? [], dotAngles),
    },
    drawnRatios: dotLengths.map((_, i) =>
      Float64Array.from(squares.trigonometric[i + 1] ?? [], (value, at) =>
        Math.log10(value / (squares.positive[i + 1]?.[at] ?? Number.NaN)),
      ),
    ),
  };
}

const joined = (parts: readonly Tensor[]): Tensor => {
  const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data)));
  return { data, shape: [data.length / 2, 2] };
};
