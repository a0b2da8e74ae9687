import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import type { HeadsMeasured } from "./measure.js";
import type { SourceName } from "./schema.js";
import type { CompareText } from "./text.en.js";

type T = Translate<CompareText>;

/** An error as a share: in percent as long as that can be read. */
export const share = (numbers: Numbers, value: number): string =>
  value < 10 ? numbers.percent(value) : `${numbers.significant(value, 2)}×`;

export const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** How many errors are lower than averaging's by a tenth at least. */
export const better = (errors: readonly number[], uniform: readonly number[]): number =>
  errors.filter((error, head) => error < 0.9 * (uniform[head] ?? 0)).length;

/** Whose heads these are. */
export interface Origin {
  readonly source: SourceName;
  /** The model's layer, from 1, and its name. */
  readonly layer: number;
  readonly model: string;
  /** Name of a reader's own file. */
  readonly file: string;
}

/** Whose heads, and how all methods do on them. */
export function captionOf(
  t: T,
  numbers: Numbers,
  { heads, n, budget, errors, performer }: HeadsMeasured,
  { source, layer, model, file }: Origin,
): string {
  const whose =
    source === "synthetic"
      ? t("captionSynthetic", { heads, n })
      : source === "own"
        ? t("captionOwn", { heads, n, name: file })
        : t("captionModel", { layer, model, heads, n });
  const drawn = performer.map((range) => range.middle);
  return joinSentences(numbers.language, [
    whose,
    t("captionErrors", {
      performer: share(numbers, middle(drawn)),
      nystrom: share(numbers, middle(errors.nystrom)),
      linear: share(numbers, middle(errors.linear)),
      sparse: share(numbers, middle(errors.sparse)),
      uniform: share(numbers, middle(errors.uniform)),
    }),
    t("captionCount", {
      performer: better(drawn, errors.uniform),
      nystrom: better(errors.nystrom, errors.uniform),
      heads,
    }),
    ...(budget >= n ? [t("captionAll", { budget, n })] : []),
  ]);
}
