import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { tokenCount, type PatternFound } from "./pattern.js";
import type { PatternName } from "./schema.js";
import type { SparseText } from "./text.en.js";

type T = Translate<SparseText>;

const labels = {
  local: "local",
  atrous: "atrous",
  sparse: "sparse",
  bigbird: "bigbird",
} as const satisfies Record<PatternName, keyof SparseText>;

export const nameOf = (t: T, pattern: PatternName): string => t(labels[pattern]);

/** A share in percent that says 100% for nothing less. */
export const part = (numbers: Numbers, share: number): string =>
  share > 0.99 && share < 1 ? `${numbers.fixed(Math.min(99.99, 100 * share), 2)}%` : numbers.percent(share);

/** What is kept, and what that comes to over the layers. */
export function captionOf(t: T, numbers: Numbers, { state, count, all, reach }: PatternFound): string {
  const { layers, pattern, causal } = state;
  const share = reach.shares[layers - 1] ?? Number.NaN;
  const after =
    share === 1
      ? t(layers === 1 ? "captionAllOne" : "captionAll", { layers })
      : t(layers === 1 ? "captionReachOne" : "captionReach", { layers, share: part(numbers, share) });
  const last = reach.shares.at(-1) ?? Number.NaN;
  const end =
    share === 1
      ? []
      : last === 1
        ? [t("captionLater", { settled: reach.settled })]
        : reach.settled <= layers
          ? [t("captionNever", { share: part(numbers, last) })]
          : [];
  return joinSentences(numbers.language, [
    t(causal ? "captionCausal" : "captionKept", {
      pattern: nameOf(t, pattern),
      count: numbers.whole(count),
      all: numbers.whole(all),
      share: numbers.percent(count / all),
      n: tokenCount,
    }),
    after,
    ...end,
  ]);
}
