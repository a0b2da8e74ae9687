import { csv } from "../../shared/csv.js";
import { lengths, methodNames, timeAt, type Crossover } from "./crossover.js";

/** Milliseconds by length and method. */
export function crossoverCsv(result: Crossover): string {
  const lines = lengths.map((n) => [
    String(n),
    ...methodNames.map((method) => String(Number((timeAt(result, method, n) ?? Number.NaN).toPrecision(4)))),
  ]);
  return csv([["n", ...methodNames.map((method) => `${method} (ms)`)], ...lines]);
}
