import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { divergesFrom, type Inverse, type InverseInput } from "./inverse.js";
import type { Leak } from "./leak.js";
import { otherSource, type Matrices, type MatricesInput } from "./matrices.js";
import { tokenCount } from "./problem.js";
import { mostSteps, stepNames, type StepName } from "./schema.js";
import type { Steps, StepsInput } from "./steps.js";
import { landmarkCounts, type Band, type Sweep } from "./sweep.js";
import type { NystromText } from "./text.en.js";
import { inverseLabels, sourceLabels } from "./view/controls.js";

type T = Translate<NystromText>;

/** An error as a share: in percent as long as that can be read. */
const share = (numbers: Numbers, value: number | undefined = Number.NaN): string =>
  value < 10 ? numbers.percent(value) : Number.isFinite(value) ? `${numbers.significant(value, 2)}×` : "∞";

export function matricesCaption(t: T, numbers: Numbers, { errors }: Matrices, input: MatricesInput): string {
  const { landmarks, inverse, iterations, from } = input;
  const middle = inverse === "iterative" ? t("captionIterative", { iterations }) : t(inverseLabels[inverse]);
  const { nystrom, rival, none, uniform, best } = errors;
  return joinSentences(numbers.language, [
    t("captionMatrices", {
      landmarks,
      n: tokenCount,
      middle,
      error: share(numbers, nystrom.output),
      uniform: share(numbers, uniform.output),
      best: share(numbers, best.output),
    }),
    ...(nystrom.output < uniform.output ? [] : [t("captionWorse")]),
    ...(inverse === "none" ? [] : [t("captionWithout", { none: share(numbers, none.output) })]),
    t("captionRival", { source: t(sourceLabels[otherSource(from)]), rival: share(numbers, rival.output) }),
    ...(nystrom.least < 0 ? [t("captionNegative", { least: numbers.significant(nystrom.least, 2) })] : []),
    t("captionRows", { rows: numbers.significant(nystrom.rowSums, 2) }),
  ]);
}

export function stepsCaption(t: T, numbers: Numbers, { errors }: Steps, input: StepsInput, step: StepName): string {
  const { landmarks, iterations } = input;
  const values = {
    error: share(numbers, errors[step].output),
    uniform: share(numbers, errors.uniform.output),
    before: share(numbers, errors[stepNames[stepNames.indexOf(step) - 1] ?? step].output),
  };
  if (step === "softmaxes") return t("captionSoftmaxes", { error: values.error, uniform: values.uniform });
  if (step === "landmarks") return t("captionLandmarks", { ...values, landmarks });
  if (step === "iteration") return t("captionIteration", { ...values, landmarks, iterations });
  return t(landmarks === tokenCount ? "captionMiddleFull" : "captionMiddle", { ...values, landmarks });
}

/** Landmarks that the caption of the sweep speaks of. */
export const told = 16;

export function errorCaption(t: T, numbers: Numbers, sweep: Sweep): string {
  const { from, errors, sources, performer, uniform } = sweep;
  const at = landmarkCounts.indexOf(told);
  const worse = (errors.twenty[at] ?? 0) > 1.1 * (errors.six[at] ?? 0);
  const range = (band: Band | undefined) => ({
    middle: share(numbers, band?.middle),
    low: share(numbers, band?.low),
    high: share(numbers, band?.high),
  });
  return joinSentences(numbers.language, [
    t("captionError", {
      m: told,
      source: t(sourceLabels[from]),
      six: share(numbers, errors.six[at]),
      twenty: share(numbers, errors.twenty[at]),
      none: share(numbers, errors.none[at]),
      best: share(numbers, errors.best[at]),
      uniform: share(numbers, uniform),
    }),
    from === "segments"
      ? t("captionFromClusters", range(sources.clusters[at]))
      : t("captionFromSegments", {
          ...range(sources.clusters[at]),
          segments: share(numbers, sources.segments[at]?.middle),
        }),
    t("captionPerformer", range(performer[at])),
    ...(worse ? [t("captionOvershoot")] : []),
    t("captionFull", { full: share(numbers, errors.six.at(-1)) }),
  ]);
}

export function inverseCaption(
  t: T,
  numbers: Numbers,
  inverse: Inverse,
  { landmarks }: InverseInput,
  iterations: number,
): string {
  const { residuals, outputs, shares } = inverse;
  const [largest = NaN, smallest = NaN] = [shares[0]?.[0], shares[0]?.at(-1)];
  const best = outputs.reduce((least, value, step) => (value < 0.99 * (outputs[least] ?? 0) ? step : least), 0);
  const diverges = largest > divergesFrom;
  return joinSentences(numbers.language, [
    t("captionInverse", {
      landmarks,
      iterations,
      residual: share(numbers, residuals[iterations]),
      output: share(numbers, outputs[iterations]),
      most: mostSteps,
      residualMost: share(numbers, residuals.at(-1)),
      outputMost: share(numbers, outputs.at(-1)),
      pinv: share(numbers, inverse.pinv),
    }),
    ...(diverges
      ? []
      : [
          t("captionBest", { best }),
          ...((outputs.at(-1) ?? 0) > 1.05 * (outputs[best] ?? 0) ? [t("captionHarm")] : []),
        ]),
    t("captionStart", { largest: numbers.significant(largest, 2), smallest: numbers.significant(smallest, 2) }),
    ...(diverges ? [t("captionDiverges", { limit: numbers.plain(4.13) })] : []),
    ...(Math.abs(largest - 3) < 0.2 ? [t("captionStalls")] : []),
  ]);
}

/** Outputs before the last that move at all. */
const moved = (moves: readonly number[]): number => moves.slice(0, -1).filter((move) => move > 0).length;

export function leakCaption(t: T, numbers: Numbers, { causal, masked }: Leak): string {
  return joinSentences(numbers.language, [
    t("captionLeak", {
      n: tokenCount,
      others: tokenCount - 1,
      causal: moved(causal),
      masked: moved(masked),
      largest: share(numbers, Math.max(...masked.slice(0, -1))),
    }),
    t("captionLeakWhy"),
  ]);
}
