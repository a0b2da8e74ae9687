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

export interface Slice {
  readonly length: number;
  /** Root mean square error over e^(x.y), by theory, over `angles`. */
  readonly theory: Readonly<Record<Compared, readonly number[]>>;
  /** The same, drawn, over `dotAngles`. */
  readonly drawn: Readonly<Record<Compared, readonly number[]>>;
}

export const dotAngles = Array.from({ length: 13 }, (_, i) => (i * Math.PI) / 12);

/** One length: theory, and what some hundred estimates give; yields the share of the work done. */
export function* sliceOf(
  lab: Lab,
  { length, seed }: { readonly length: number; readonly seed: number },
): Generator<number, Slice, void> {
  const [x, y] = [arrows(length, [0]), arrows(length, dotAngles)];
  const kernel = (angle: number): number => Math.exp(length * length * Math.cos(angle));
  const squares = { positive: new Float64Array(dotAngles.length), trigonometric: new Float64Array(dotAngles.length) };
  for (let trial = 0; trial < trials; trial++) {
    const draw = { features: directions, orthogonal: false, seed: seedOf(seed, trial) };
    for (const estimator of compared) {
      const { data } = lab.performerKernel(x, y, { ...draw, estimator, scale: 1 });
      data.forEach((value, i) => {
        squares[estimator][i] = (squares[estimator][i] ?? 0) + (value - kernel(dotAngles[i] ?? 0)) ** 2 / trials;
      });
    }
    yield (trial + 1) / trials;
  }
  const relative = (values: ArrayLike<number>, turns: readonly number[]): number[] =>
    Array.from(values, (value, i) => Math.sqrt(Math.max(0, value)) / kernel(turns[i] ?? 0));
  return {
    length,
    theory: {
      positive: relative(meanSquares(lab, "positive", length, angles), angles),
      trigonometric: relative(meanSquares(lab, "trigonometric", length, angles), angles),
    },
    drawn: {
      positive: relative(squares.positive, dotAngles),
      trigonometric: relative(squares.trigonometric, dotAngles),
    },
  };
}
