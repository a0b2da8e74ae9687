import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { angles, directions, dotAngles, type Slice } from "./estimators.js";
import type { Matrices, MatricesInput } from "./matrices.js";
import { tokenCount } from "./problem.js";
import { largestNorms, rangeFeatures, type Range } from "./range.js";
import { featureCounts, manyTimes, type Band, type FeatureSweep, type NormsInput, type NormSweep } from "./sweeps.js";
import type { PerformerText } from "./text.en.js";

type T = Translate<PerformerText>;

/** An error as a share: in percent as long as that can be read. */
export const share = (numbers: Numbers, value: number): string =>
  value < 10 ? numbers.percent(value) : `${numbers.significant(value, 2)}×`;

/** Two digits that mean something: 1400, 6.6×10⁸ */
export const about = (numbers: Numbers, value: number): string => numbers.significant(Number(value.toPrecision(2)), 2);

export function matricesCaption(t: T, numbers: Numbers, matrices: Matrices, input: MatricesInput): string {
  const { errors, width, spread } = matrices;
  const { estimator, features, d } = input;
  const n = tokenCount;
  const sentences = [
    t("captionMatrices", {
      features,
      n,
      d,
      error: share(numbers, errors.performer.output),
      uniform: share(numbers, errors.uniform.output),
    }),
  ];
  if (!(errors.performer.output < errors.uniform.output)) sentences.push(t("captionWorse"));
  if (estimator === "trigonometric") {
    sentences.push(
      t("captionTrigonometric", { negative: numbers.percent(matrices.negative), lost: matrices.lostRows, n }),
    );
  }
  if (estimator === "relu") sentences.push(t("captionRelu"));
  if (estimator === "regularized") sentences.push(t("captionRegularized"));
  if (Number.isFinite(spread)) sentences.push(t("captionSpread", { spread: share(numbers, spread) }));
  sentences.push(
    width < n
      ? t("captionRank", { rank: width, best: share(numbers, errors.best.output) })
      : t("captionFull", { rank: width, n }),
  );
  return joinSentences(numbers.language, sentences);
}

const middleAt = (bands: readonly Band[], x: number): number => bands.find((band) => band.x === x)?.middle ?? NaN;

export function errorCaption(t: T, numbers: Numbers, { bands, uniform, theory }: FeatureSweep): string {
  const [few, many] = [16, featureCounts.at(-1) ?? 1];
  const expected = theory / Math.sqrt(many);
  const measured = middleAt(bands.independent, many);
  return joinSentences(numbers.language, [
    t("captionError", {
      few,
      many,
      fewError: share(numbers, middleAt(bands.independent, few)),
      manyError: share(numbers, measured),
      orthogonalFew: share(numbers, middleAt(bands.orthogonal, few)),
      orthogonalMany: share(numbers, middleAt(bands.orthogonal, many)),
      uniform: share(numbers, uniform),
    }),
    t("captionTheory", { theory: share(numbers, expected), many }),
    ...(measured < expected / 1.5 ? [t("captionTail")] : []),
  ]);
}

/** The point of a sweep that is nearest to this standard deviation. */
export const nearest = (sweep: NormSweep, sigma: number): number =>
  sweep.uniform.reduce(
    (best, [x], i) => (Math.abs(x - sigma) < Math.abs((sweep.uniform[best]?.[0] ?? Infinity) - sigma) ? i : best),
    0,
  );

export function normsCaption(
  t: T,
  numbers: Numbers,
  sweep: NormSweep,
  input: Pick<NormsInput, "d" | "features">,
  sigma: number,
): string {
  const at = nearest(sweep, sigma);
  const [x = NaN, uniform = NaN] = sweep.uniform[at] ?? [];
  const variance = sweep.variance[at]?.[1] ?? NaN;
  return joinSentences(numbers.language, [
    t("captionNorms", {
      sigma: numbers.plain(x),
      d: input.d,
      few: input.features,
      many: manyTimes * input.features,
      fewError: share(numbers, sweep.few[at]?.middle ?? NaN),
      manyError: share(numbers, sweep.many[at]?.middle ?? NaN),
      uniform: share(numbers, uniform),
    }),
    t("captionNeeded", {
      variance: numbers.significant(variance, 2),
      needed: about(numbers, 100 * variance),
    }),
  ]);
}

export function estimatorsCaption(t: T, numbers: Numbers, slice: Slice): string {
  const { theory, drawn } = slice;
  const right = Math.floor(angles.length / 2);
  const last = angles.length - 1;
  const crossing = angles.findIndex((_, i) => (theory.positive[i] ?? 0) < (theory.trigonometric[i] ?? 0));
  const low = dotAngles.filter((angle, i) => {
    const at = Math.min(last, Math.floor((angle / Math.PI) * angles.length));
    return angle < 3 && (drawn.positive[i] ?? 0) < 0.7 * (theory.positive[at] ?? 0);
  });
  return joinSentences(numbers.language, [
    t("captionEstimators", {
      length: numbers.plain(slice.length),
      directions,
      positive: share(numbers, theory.positive[right] ?? NaN),
      trigonometric: share(numbers, theory.trigonometric[right] ?? NaN),
      positiveOpposite: share(numbers, theory.positive[last] ?? NaN),
      trigonometricOpposite: share(numbers, theory.trigonometric[last] ?? NaN),
    }),
    ...(crossing > 0 ? [t("captionCrossing", { angle: numbers.whole((180 * crossing) / angles.length) })] : []),
    ...(low.length > 0 ? [t("captionDrawn")] : []),
  ]);
}

export function rangeCaption(t: T, numbers: Numbers, { errors, uniform }: Range): string {
  const at = largestNorms.indexOf(12);
  const lost = errors.plain.findIndex(Number.isNaN);
  return joinSentences(numbers.language, [
    t("captionRange", {
      m: rangeFeatures,
      nan: largestNorms[lost] ?? "∞",
      eps: share(numbers, errors.eps4[at] ?? NaN),
      uniform: share(numbers, uniform[at] ?? NaN),
      safe: numbers.significant(Math.max(...errors.safe), 1),
    }),
    t("captionRangeNote"),
  ]);
}
