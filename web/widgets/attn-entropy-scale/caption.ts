import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import type { Growth, Lengths } from "./measure.js";
import type { ScaleName } from "./scales.js";
import type { EntropyScaleText } from "./text.en.js";

type T = Translate<EntropyScaleText>;

/** Lengths from which growth is counted, of random keys and of a text: below, every curve starts steeply. */
const settled = { random: 64, text: 16 } as const;

/** How much each curve grows, and what that says. */
export function lengthCaption(
  t: T,
  numbers: Numbers,
  { lengths, curves }: Lengths,
  kappa: number,
  text: boolean,
): string {
  const last = lengths.length - 1;
  const start = Math.max(0, lengths.indexOf(settled[text ? "text" : "random"]));
  const [from, to] = [lengths[start] ?? 1, lengths[last] ?? 1];
  const growth = (name: ScaleName): number => (curves[name][last]?.mean ?? NaN) - (curves[name][start]?.mean ?? NaN);
  const shown = (name: ScaleName): string => numbers.fixed(growth(name), 2);
  return joinSentences(numbers.language, [
    t("captionLength", {
      from,
      to,
      sqrt: shown("sqrt"),
      log512: shown("log512"),
      kappa: numbers.plain(kappa),
      free: shown("kappa"),
      steep: shown("steep"),
      log: shown("log"),
      uniform: numbers.fixed(Math.log(to / from), 2),
    }),
    t(text ? "captionReal" : "captionRandom", { share: numbers.percent(1 - growth("log512") / growth("sqrt")) }),
  ]);
}

/** The followed key's weight at n tokens, when it was among the first, and the row's entropy. */
export function tokensCaption(
  t: T,
  numbers: Numbers,
  { key, weight, entropy }: Growth,
  n: number,
  word?: string,
): string {
  const name = word === undefined ? "" : t("word", { word });
  const share = (name: ScaleName, count: number): string => numbers.percent(weight[name][count - 1] ?? NaN);
  const height = (name: ScaleName): string => numbers.fixed(entropy[name][n - 1] ?? NaN, 2);
  const first = Math.max(8, key + 1);
  const heights = t("captionTokensEntropy", { sqrt: height("sqrt"), log512: height("log512") });
  if (n <= key) return joinSentences(numbers.language, [t("captionTokensAbsent", { n, key: key + 1, name }), heights]);
  const now = t("captionTokens", {
    n,
    key: key + 1,
    name,
    sqrt: share("sqrt", n),
    log512: share("log512", n),
    uniform: numbers.percent(1 / n),
  });
  const before = t("captionTokensStart", {
    first,
    sqrtFirst: share("sqrt", first),
    log512First: share("log512", first),
  });
  return joinSentences(numbers.language, [now, ...(n > first ? [before] : []), heights]);
}
