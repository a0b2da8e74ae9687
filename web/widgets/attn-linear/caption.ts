import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { tokenCount, type Measured } from "./measure.js";
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

/** What is hidden from a query. */
function hidden(t: T, { causal, near }: Measured["input"]): string[] {
  return [...(causal ? [t("captionCausal")] : []), ...(near > 0 ? [t("captionNear", { near })] : [])];
}

/** Rank and spread of both. */
export function captionOf(t: T, numbers: Numbers, { input, exact, linear, uniform, empty }: Measured): string {
  const spread = (value: number): string => numbers.fixed(value, 1);
  return joinSentences(numbers.language, [
    t("captionRank", {
      map: nameOf(t, input.map),
      n: tokenCount,
      d: input.d,
      hidden: hidden(t, input).join(""),
      linear: linear.rank,
      exact: exact.rank,
    }),
    t("captionSpread", {
      linear: spread(linear.spread),
      exact: spread(exact.spread),
      uniform: spread(uniform),
    }),
    ...(empty > 0 ? [t("captionEmpty", { empty })] : []),
  ]);
}
