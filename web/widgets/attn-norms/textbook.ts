import { inDouble, type Problem } from "./in-double.js";
import { difference, problemOf, type Run } from "./norms.js";
import type { NormsState, ProgramName } from "./schema.js";

/** A norm by the textbook, in single precision. */
export interface Textbook {
  readonly y: Float32Array;
  /** What it takes for the variance of the chosen entry's slice; the mean square or the sum of squares where no mean is taken away. */
  readonly square: number;
  /** Largest difference from double precision, as a share of the largest entry; NaN where an output is none. */
  readonly error: number;
}

const f = Math.fround;

/** The formulas as textbooks write them, every operation rounded to single precision: what a kernel must not be. */
export function textbook(run: Run, state: NormsState): Textbook {
  const problem = problemOf(run, state);
  const { x, slices } = problem;
  const y = new Float32Array(x.length);
  let square = Number.NaN;
  for (const slice of new Set(slices)) {
    const indices = slices.flatMap((each, index) => (each === slice ? [index] : []));
    const values = indices.map((index) => x[index] ?? Number.NaN);
    const { mean, spread, divisor } = statistics(values, problem, state.program);
    indices.forEach((index, i) => (y[index] = f((values[i] ?? Number.NaN) - mean) / divisor));
    if (slice === slices[run.place.index]) square = spread;
  }
  return { y, square, error: difference(y, inDouble(problem).y) };
}

function statistics(
  values: readonly number[],
  { norm, center, options }: Problem,
  program: ProgramName,
): { mean: number; spread: number; divisor: number } {
  const sum = (terms: readonly number[]): number => terms.reduce((so, term) => f(so + term), 0);
  const count = norm === "l2" ? 1 : values.length;
  const mean = center ? f(sum(values) / count) : 0;
  const spread =
    program === "differences"
      ? f(sum(values.map((value) => f(f(value - mean) ** 2))) / count)
      : f(f(sum(values.map((value) => f(value ** 2))) / count) - f(mean ** 2));
  const eps = norm === "l2" ? 0 : f(options.eps ?? 1e-5);
  return { mean, spread, divisor: f(Math.sqrt(f(spread + eps))) };
}

/** The same as a program: `statistics` of a slice's values. */
export const textbookCode = ({ norm, center, options }: Problem, program: ProgramName): string => {
  const count = norm === "l2" ? "1" : "values.length";
  const spread =
    program === "differences"
      ? `f(sum(values.map((value) => f(f(value - mean) ** 2))) / ${count})`
      : `f(f(sum(values.map((value) => f(value ** 2))) / ${count}) - f(mean ** 2))`;
  return `
/** As textbooks have it, every operation in single precision. */
const f = Math.fround;
function statistics(values) {
  const sum = (terms) => terms.reduce((so, term) => f(so + term), 0);
  const mean = ${center ? `f(sum(values) / ${count})` : "0"};
  const spread = ${spread};
  return { mean, divisor: f(Math.sqrt(f(spread + f(${norm === "l2" ? 0 : (options.eps ?? 1e-5)})))) };
}
`;
};
