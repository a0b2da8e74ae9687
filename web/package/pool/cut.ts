import { sizeOf } from "../shape.js";
import { floatArray, type Tensor } from "../tensor.js";
import type { Task } from "./message.js";
import { put, type Layout, type Part, type Range } from "./parts.js";

/** Where a part's result goes. */
export interface Place {
  /** Of the whole result. */
  shape: number[];
  layout: Layout;
  /** Several parts have the same entries, which are sums. */
  adds?: boolean;
  /** All matrices of a part have the same entries. */
  once?: boolean;
}

/** A call, as something that can be cut. */
export interface Problem {
  /** Matrices that have nothing to do with each other. */
  matrices: number;
  /** Queries of one matrix, which may be cut apart if `cutsQueries`. */
  queries: number;
  cutsQueries: boolean;
  /** The keys that some queries see. */
  keysOf: (queries: Range) => Range;
  /** Operations for one query and one key. */
  cost: number;
  /** The arguments of a part's own call. */
  argumentsOf: (part: Part) => unknown[];
  /** The places of the results, by name; "" where there is one alone. */
  results: Readonly<Record<string, (own: Tensor) => Place>>;
}

/** Operations below which a task is not worth the way to a worker and back, and above which others wait too long for it. */
const SMALLEST = 8e6;
const LARGEST = 2e9;

/** Blocks of queries and of keys that no tile of a kernel straddles: a part then computes what the whole would, bit for bit. */
const QUERY_BLOCK = 48;
export const KEY_BLOCK = 192;

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** At most `count` ranges of about equal weight. */
function shares(weights: readonly number[], count: number): Range[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ranges: Range[] = [];
  let from = 0;
  let sum = 0;
  weights.forEach((weight, i) => {
    sum += weight;
    if (sum * count < total * (ranges.length + 1) && i + 1 < weights.length) return;
    ranges.push([from, i + 1]);
    from = i + 1;
  });
  return ranges;
}

/** The parts for so many threads: whole matrices where they share out evenly, else blocks of queries. */
export function partsFor({ matrices, queries, cutsQueries, keysOf, cost }: Problem, threads: number): Part[] {
  const block = cutsQueries ? QUERY_BLOCK : queries;
  const rangeOf = ([from, to]: Range): Range => [from * block, Math.min(queries, to * block)];
  const weights = Array.from({ length: Math.ceil(queries / block) }, (_, i) => {
    const q = rangeOf([i, i + 1]);
    const k = keysOf(q);
    return (q[1] - q[0]) * (k[1] - k[0]) * cost;
  });
  const work = matrices * weights.reduce((sum, weight) => sum + weight, 0);
  const useful = Math.max(1, Math.min(threads, Math.floor(work / SMALLEST)));
  const wanted = useful * Math.ceil(Math.max(1, work / useful / LARGEST));
  const even = matrices >= 4 * useful ? 1 : useful / commonDivisor(matrices, useful);
  const rows = shares(weights, Math.min(4 * useful, Math.max(even, Math.ceil(wanted / matrices)))).map(rangeOf);
  const groups = shares(Array<number>(matrices).fill(1), rows.length > 1 ? matrices : Math.min(wanted, matrices));
  return groups.flatMap((group) => rows.map((q): Part => ({ matrices: group, q, k: keysOf(q) })));
}

/** The tasks of a call, and how their values become its value. */
export interface Plan {
  tasks: readonly (() => Task)[];
  join: (values: readonly unknown[]) => unknown;
}

/** Cuts a call for so many threads. */
export function cut(operation: string, problem: Problem, threads: number): Plan {
  const parts = partsFor(problem, threads);
  const assemble = (place: (own: Tensor) => Place, values: readonly Tensor[]): Tensor => {
    const { shape } = place(values[0] as Tensor);
    const data = floatArray(operation, "out", sizeOf(shape));
    values.forEach((own, i) => {
      const { layout, adds = false, once } = place(own);
      const part = parts[i] as Part;
      put(data, layout, once ? { ...part, matrices: [0, 1] } : part, own.data, adds);
    });
    return { data, shape };
  };
  return {
    tasks: parts.map((part) => () => [operation, ...problem.argumentsOf(part)]),
    join(values) {
      const single = problem.results[""];
      if (single && values.every((value) => "data" in (value as object))) return assemble(single, values as Tensor[]);
      const named = values as Record<string, Tensor | undefined>[];
      return Object.fromEntries(
        Object.entries(problem.results).flatMap(([name, place]) =>
          named[0]?.[name]
            ? [
                [
                  name,
                  assemble(
                    place,
                    named.map((value) => value[name] as Tensor),
                  ),
                ],
              ]
            : [],
        ),
      );
    },
  };
}
