import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { lengths, tokenCount, type Measured } from "./measure.js";
import type { MapName } from "./schema.js";
import type { LinearText } from "./text.en.js";

type T = Translate<LinearText>;

const labels = {
  elu: "elu",
  relu: "relu",
  exp: "exp",
  softmax: "softmax",
  cosine: "cosine",
} as const satisfies Record<MapName, keyof LinearText>;

export const nameOf = (t: T, map: MapName): string => t(labels[map]);

/** Rank and spread of both. */
export function captionOf(t: T, numbers: Numbers, { input, exact, linear, uniform, empty }: Measured): string {
  const at = lengths.indexOf(tokenCount);
  const spread = (values: readonly number[]): string => numbers.fixed(values[at] ?? Number.NaN, 1);
  return joinSentences(numbers.language, [
    t(input.causal ? "captionCausal" : "captionRank", {
      map: nameOf(t, input.map),
      n: tokenCount,
      d: input.d,
      linear: linear.rank,
      exact: exact.rank,
    }),
    t("captionSpread", {
      linear: spread(linear.spreads),
      exact: spread(exact.spreads),
      uniform: spread(uniform),
    }),
    ...(empty > 0 ? [t("captionEmpty", { empty })] : []),
  ]);
}
