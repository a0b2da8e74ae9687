import { csv } from "../shared/csv.js";
import type { Growth, Lengths } from "./measure.js";
import { scaleNames } from "./scales.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(7))));

/** Mean and band under every scale; headings are English in every language: they are read by programs. */
export function lengthsCsv({ lengths, curves, theory }: Lengths): string {
  return csv([
    [
      "n",
      ...scaleNames.flatMap((name) => [`${name} mean`, `${name} 10%`, `${name} 90%`]),
      "ln n",
      ...(theory ? scaleNames.map((name) => `${name} estimate`) : []),
    ],
    ...lengths.map((n, i) => [
      n,
      ...scaleNames.flatMap((name) => {
        const spread = curves[name][i];
        return [number(spread?.mean), number(spread?.low), number(spread?.high)];
      }),
      number(Math.log(n)),
      ...(theory ? scaleNames.map((name) => number(theory[name][i])) : []),
    ]),
  ]);
}

/** Weight of the followed key and entropy of the row while tokens are added. */
export function growthCsv({ entropy, weight }: Growth): string {
  return csv([
    ["n", ...scaleNames.flatMap((name) => [`${name} weight`, `${name} entropy`])],
    ...Array.from(entropy.sqrt, (_, i) => [
      i + 1,
      ...scaleNames.flatMap((name) => [number(weight[name][i]), number(entropy[name][i])]),
    ]),
  ]);
}
