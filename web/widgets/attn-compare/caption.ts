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

export type Counted = "performer" | "nystrom" | "linear" | "sparse";

/** Errors of a method in every head: of the Performer's draws the middle one. */
export const errorsOf = ({ errors, performer }: HeadsMeasured, name: Counted | "uniform"): readonly number[] =>
  name === "performer" ? performer.map((range) => range.middle) : errors[name];

/** Of all layers: the heads that every method does better in than averaging by a tenth, and its middle error. */
export function totalsOf(layers: readonly HeadsMeasured[]) {
  const all = (name: Counted | "uniform"): readonly number[] => layers.flatMap((layer) => errorsOf(layer, name));
  const uniform = all("uniform");
  const of = (name: Counted) => ({ better: better(all(name), uniform), middle: middle(all(name)) });
  return {
    heads: uniform.length,
    uniform: middle(uniform),
    methods: {
      performer: of("performer"),
      nystrom: of("nystrom"),
      linear: of("linear"),
      sparse: of("sparse"),
    } satisfies Record<Counted, { better: number; middle: number }>,
  };
}

/** All layers of the model under all methods. */
export function layersCaption(t: T, numbers: Numbers, layers: readonly HeadsMeasured[], model: string): string {
  const { heads, uniform, methods } = totalsOf(layers);
  const middles = Object.entries(methods).map(([name, found]) => [name, share(numbers, found.middle)]);
  return joinSentences(numbers.language, [
    t("captionLayers", { model, layers: layers.length, heads, n: layers[0]?.n ?? 0 }),
    t("captionBetter", {
      heads,
      performer: methods.performer.better,
      nystrom: methods.nystrom.better,
      linear: methods.linear.better,
      sparse: methods.sparse.better,
    }),
    t("captionErrors", {
      ...(Object.fromEntries(middles) as Record<Counted, string>),
      uniform: share(numbers, uniform),
    }),
  ]);
}

/** Whose heads, and how all methods do on them. */
export function captionOf(
  t: T,
  numbers: Numbers,
  measured: HeadsMeasured,
  { source, layer, model, file }: Origin,
): string {
  const { heads, n, budget, errors } = measured;
  const whose =
    source === "synthetic"
      ? t("captionSynthetic", { heads, n })
      : source === "own"
        ? t("captionOwn", { heads, n, name: file })
        : t("captionModel", { layer, model, heads, n });
  const drawn = errorsOf(measured, "performer");
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
