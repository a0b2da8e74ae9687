import { csv } from "../shared/csv.js";
import { steps, type Rule } from "./sampling.js";
import type { Solution } from "./solve.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Every entry before and after; headings are English in every language: they are read by programs. */
export function entriesCsv({ p, robust, article }: Solution): string {
  return csv([
    ["entry", "p", "robust", "article"],
    ...Array.from(p, (value, i) => [i + 1, number(value), number(robust.output[i]), number(article.output[i])]),
  ]);
}

/** Every round of both solvers, for each of the starts. */
export function roundsCsv(solutions: readonly Solution[]): string {
  return csv([
    ["start", "target", "solver", "round", "exponent", "entropy"],
    ...solutions.flatMap(({ start, target, article, robust }) =>
      [["article", article] as const, ["robust", robust] as const].flatMap(([name, { rounds }]) =>
        rounds.map(({ exponent, entropy }, i) => [
          start,
          number(target),
          name,
          i + 1,
          number(exponent),
          number(entropy),
        ]),
      ),
    ),
  ]);
}

/** Entropy, number of tokens kept and rank drawn, at every step and under every rule. */
export function samplingCsv(rules: readonly Rule[]): string {
  return csv([
    ["step", ...rules.flatMap(({ name }) => [`${name} entropy`, `${name} kept`, `${name} drawn`])],
    ...Array.from({ length: steps }, (_, i) => [
      i + 1,
      ...rules.flatMap(({ entropy, kept, drawn }) => [number(entropy[i]), number(kept[i]), number(drawn[i])]),
    ]),
  ]);
}
