import { someOf } from "../../../benchmarks/page/double.js";
import { largestDifference, TOLERANCE } from "../../../benchmarks/page/linear/double.js";
import { openMethod } from "../../../benchmarks/page/linear/methods.js";
import { CROSSOVER_LENGTHS, crossoverOf, D, METHODS } from "../../../benchmarks/page/linear/names.js";
import { normals } from "../../../benchmarks/page/random.js";
import type { Lab, Variant } from "../../package/index.js";
import type { Ceiling } from "./ceiling.js";
import { isDisturbed, race } from "./race.js";

export interface CrossoverInput {
  /** Samples of each, taken in turn. */
  readonly samples: number;
  /** Number of tokens, ascending; powers of 2 by default. */
  readonly lengths?: readonly number[];
}

/** The length from which on a method is faster; "below" the shortest or "beyond" the longest measured. */
export type Meeting = number | "below" | "beyond";

/** A method of linear cost beside exact attention. */
export interface CrossoverOf {
  readonly key: string;
  readonly crossover: Meeting;
  /** Time over that of exact attention, in order of n. */
  readonly points: readonly { readonly n: number; readonly ratio: number }[];
  readonly disturbed: boolean;
}

/** What the reader's machine did. */
export interface Crossovers {
  readonly variant: Variant;
  readonly samples: number;
  readonly methods: readonly CrossoverOf[];
  /** Largest difference of a result from double precision, on some rows of each. */
  readonly largestError: number;
  readonly correct: boolean;
  readonly disturbed: boolean;
}

/** For so long each is warmed up, at least: longer at the first length, where nothing is compiled yet. */
const [firstWarm, laterWarm] = [120, 20] as const;
/** Rows of each result that are checked. */
const checkedRows = 8;

/** Keys of the methods, in the order of the benchmark. */
export const methodKeys: readonly string[] = METHODS.map(({ key }) => key);

/**
 * Attention of linear cost beside exact attention of the same head, with a causal mask beside causal, on the inputs, with the
 * methods and held to the double-precision rows of the benchmark that made the stored figures. Yields the share that is done.
 */
export function* measureCrossovers(
  lab: Lab,
  { samples, lengths = CROSSOVER_LENGTHS }: CrossoverInput,
  ceiling: Ceiling,
): Generator<number, Crossovers, void> {
  const methods = METHODS.map(({ key, causal }) => ({ key, causal, opened: openMethod(lab, key) }));
  const points = new Map<string, { n: number; ratio: number }[]>(methods.map(({ key }) => [key, []]));
  const total = lengths.reduce((sum, n) => sum + workOf(n), 0);
  let [done, largestError, disturbed] = [0, 0, false];
  for (const n of lengths) {
    const given = { q: normals(n * D, 1), k: normals(n * D, 2), v: normals(n * D, 3) };
    const tensor = (data: Float32Array): { data: Float32Array; shape: number[] } => ({ data, shape: [n, D] });
    const [q, k, v] = [tensor(given.q), tensor(given.k), tensor(given.v)];
    const rows = someOf(n, checkedRows);
    for (const { causal, opened } of methods) {
      const expected = opened.rows(given, { n, d: D, causal }, rows);
      const error = largestDifference(opened.run(q, k, v, causal).data, rows, expected);
      if (!(error <= largestError)) largestError = error;
      yield done / total;
    }
    const exact = [false, true].map((causal) => ({ run: () => void lab.attention(q, k, v, { causal }) }));
    const own = methods.map(({ causal, opened }) => ({ run: () => void opened.run(q, k, v, causal) }));
    const running = race([...exact, { run: () => ceiling.run() }, ...own], {
      samples,
      warmMilliseconds: n === lengths[0] ? firstWarm : laterWarm,
    });
    let step = running.next();
    for (; step.done !== true; step = running.next()) yield (done + step.value * workOf(n)) / total;
    const [full, masked, limit, ...times] = step.value;
    if (full === undefined || masked === undefined || limit === undefined) throw new Error("There are three of ours.");
    disturbed ||= isDisturbed(limit);
    for (const [index, { key, causal }] of methods.entries()) {
      const ratio = (times[index]?.milliseconds ?? Number.NaN) / (causal ? masked : full).milliseconds;
      points.get(key)?.push({ n, ratio });
    }
    done += workOf(n);
  }
  return {
    variant: lab.variant,
    samples,
    methods: Array.from(points, ([key, list]) => ({ key, crossover: crossoverOf(list), points: list, disturbed })),
    largestError,
    correct: largestError <= TOLERANCE,
    disturbed,
  };
}

/** About how long a length takes beside another: samples have a least time, and long ones grow with n. */
const workOf = (n: number): number => 500 + n;
