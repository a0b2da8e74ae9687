import { csv } from "../../shared/csv.js";
import { timeAt } from "../../shared/speed/race.js";
import { lengths, methodNames, type Crossover } from "./crossover.js";

/** Milliseconds by length and method. */
export function crossoverCsv(result: Crossover): string {
  const lines = lengths.map((n) => [
    String(n),
    ...methodNames.map((method) => String(Number((timeAt(result.points[method], n) ?? Number.NaN).toPrecision(4)))),
  ]);
  return csv([["n", ...methodNames.map((method) => `${method} (ms)`)], ...lines]);
}
