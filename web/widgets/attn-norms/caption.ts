import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { loud, shifted } from "./batch.js";
import { isCentered, isStored, loudnessOf, shiftOf, storedBatches, type Run } from "./norms.js";
import type { NormsState } from "./schema.js";
import type { Textbook } from "./textbook.js";
import type { NormsText } from "./text.en.js";

type T = Translate<NormsText>;

/** Less than this, measured against what came in, counts as nothing; rounding leaves a little. */
const nothing = 1e-4;

const largest = (values: Float32Array): number => values.reduce((so, value) => Math.max(so, Math.abs(value)), 0);

/** Whether the norm leaves nothing but zeros: slices of one entry without their mean. */
export const isEmpty = (run: Run): boolean => run.before.count === 1 && largest(run.y) === 0 && largest(run.x) > 0;

/** Whether so little goes back that it is rounding. */
export const isStopped = ({ dx, dy, quotient }: Run): boolean =>
  largest(dx) * quotient.divisor <= nothing * largest(dy);

/** Entries that get a gradient worth naming. */
function reached({ dx }: Run): number {
  const least = 1e-5 * largest(dx);
  return dx.filter((value) => Math.abs(value) > least).length;
}

/** A small number as 0.00, not as −0.00. */
const fixed = (numbers: Numbers, value: number): string => numbers.fixed(Math.abs(value) < 0.005 ? 0 : value, 2);

/** 2.31, or in digits where the size asks for them. */
const measure = (numbers: Numbers, value: number): string =>
  value === 0 || (Math.abs(value) >= 0.00995 && Math.abs(value) < 1000)
    ? numbers.fixed(value, 2)
    : numbers.significant(value, 3);

/** The norm of an entry's slice, in words: what is subtracted, what is divided by, what comes out. */
export function forwardCaption(t: T, numbers: Numbers, run: Run, state: NormsState): string {
  const { norm, place, before, after, x, y, errors, options } = run;
  const { mean, variance, count } = before;
  const name = t(norm);
  const values = {
    norm: name,
    mean: measure(numbers, Math.abs(mean) < 1e-6 * Math.sqrt(variance) ? 0 : mean),
    deviation: measure(numbers, Math.sqrt(variance)),
    x: measure(numbers, x[place.index] ?? Number.NaN),
    y: measure(numbers, y[place.index] ?? Number.NaN),
  };
  const square = variance + mean ** 2;
  const ownSquare = isCentered(state) ? variance : square;
  const eps = options.eps ?? 0;
  const sentences = [
    what(),
    ...failures(),
    ...phenomena(),
    t("captionErrors", { error: numbers.significant(errors.y, 2) }),
  ];
  return joinSentences(numbers.language, sentences);

  function what(): string {
    if (isStored(state)) return t("captionStored", { ...values, channel: place.channel + 1, batches: storedBatches });
    if (isCentered(state)) return t("captionCentered", { ...values, count });
    const isLength = norm === "l2";
    return t("captionDivided", {
      ...values,
      count,
      what: t(isLength ? "length" : "rootMeanSquare"),
      divisor: measure(numbers, Math.sqrt(square * (isLength ? count : 1))),
    });
  }

  function failures(): string[] {
    if (isEmpty(run)) return [t("captionAlone")];
    if (isStored(state) || !(ownSquare > 0) || eps < 0.02 * ownSquare) return [];
    const deviation = Math.sqrt(after.variance + (isCentered(state) ? 0 : after.mean ** 2));
    return [
      t("captionEps", {
        variance: numbers.significant(ownSquare, 2),
        eps: numbers.significant(eps, 1),
        deviation: numbers.significant(deviation, 2),
      }),
    ];
  }

  function phenomena(): string[] {
    if (isEmpty(run) || place.samples < 2) return [];
    const ratio = (of: Float32Array): string => numbers.fixed(loudnessOf(of, loud, place), 1);
    const off = (of: Float32Array): string => fixed(numbers, shiftOf(of, shifted, place));
    return [
      t("captionLoud", { sample: loud + 1, before: ratio(x), after: ratio(y) }),
      t("captionShifted", { channel: shifted + 1, before: off(x), after: off(y) }),
    ];
  }
}

/** Where the gradient goes, and what the norm keeps back of it. */
export function backwardCaption(t: T, numbers: Numbers, run: Run, state: NormsState): string {
  const { dx, dy, y, slices, place, errors } = run;
  const from = dy.filter((value) => value !== 0).length;
  const own = (index: number): boolean => slices[index] === slices[place.index];
  const sum = (of: (value: number, index: number) => number): number =>
    dx.reduce((so, value, index) => (own(index) ? so + of(value, index) : so), 0);
  const scale = largest(dx);
  // Sums of numbers that cancel leave rounding behind, which is no news.
  const shown = (value: number): string =>
    Math.abs(value) < 1e-4 * scale ? numbers.fixed(0, 2) : numbers.significant(value, 3);
  const stopped = isStopped(run);
  const reach = { count: stopped ? 0 : reached(run), entries: dx.length };
  return joinSentences(numbers.language, [
    from === 1 ? t("captionReachOne", reach) : t("captionReach", { ...reach, from }),
    ...(state.gradient === "one" && !stopped ? [t("captionOutside")] : []),
    stopped
      ? t("captionNothing")
      : t("captionSums", { sum: shown(sum((v) => v)), along: shown(sum((v, i) => v * (y[i] ?? Number.NaN))) }),
    t("captionErrors", { error: numbers.significant(errors.dx, 2) }),
  ]);
}

/** Squares between these fit into single precision with all their digits. */
const range = { least: 1.2e-38, most: 3.4e38 } as const;

/** An error that is no matter of rounding. */
const wrong = 1e-4;

/** What a textbook's program in single precision takes for the variance, and what comes of it; then the kernel. */
export function precisionCaption(t: T, numbers: Numbers, run: Run, by: Textbook, state: NormsState): string {
  const { before, x, errors, norm } = run;
  const centered = isCentered(state);
  const spread = numbers.significant(Math.sqrt(before.variance), 2);
  const meanSquare = centered ? before.variance : before.variance + before.mean ** 2;
  const square = largest(x) ** 2;
  return joinSentences(numbers.language, [
    input(),
    t("precisionSquare", {
      what: t(centered ? "variance" : norm === "l2" ? "sumOfSquares" : "meanSquare"),
      square: by.square === 0 ? "0" : numbers.significant(by.square, 3),
      expected: numbers.significant(meanSquare * (norm === "l2" ? before.count : 1), 3),
    }),
    outcome(),
    t("precisionKernel", { error: numbers.significant(errors.y, 2) }),
  ]);

  function input(): string {
    if (state.offset > 0) return t("precisionFar", { offset: numbers.significant(10 ** state.offset, 1), spread });
    if (square > range.most) return t("precisionHuge", { spread });
    return square < range.least ? t("precisionTiny", { spread }) : t("precisionPlain", { spread });
  }

  function outcome(): string {
    const count = by.y.filter(Number.isNaN).length;
    if (count === by.y.length) return t("precisionNan");
    if (count > 0) return t("precisionSomeNan", { count, entries: by.y.length });
    if (!Number.isFinite(by.error)) return t("precisionInfinite");
    if (by.error < wrong) return t("precisionRight", { error: numbers.significant(by.error, 2) });
    return largest(by.y) === 0 ? t("precisionZero") : t("precisionWrong", { error: numbers.percent(by.error) });
  }
}

/** What is untouched, before the six. */
export function compareCaption(t: T, numbers: Numbers, { x, place }: Run): string {
  const values = { channel: shifted + 1, shift: fixed(numbers, shiftOf(x, shifted, place)) };
  if (place.samples < 2) return t("captionCompareOne", values);
  return t("captionCompare", { ...values, sample: loud + 1, loud: numbers.fixed(loudnessOf(x, loud, place), 1) });
}

/** What one of the six leaves. */
export function compareLine(t: T, numbers: Numbers, run: Run): string {
  const { y, place } = run;
  if (isEmpty(run)) return t("compareNothing");
  const values = { channel: shifted + 1, shift: fixed(numbers, shiftOf(y, shifted, place)) };
  if (place.samples < 2) return t("compareLineOne", values);
  return t("compareLine", { ...values, sample: loud + 1, loud: numbers.fixed(loudnessOf(y, loud, place), 1) });
}
