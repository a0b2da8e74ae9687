import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { divergesFrom, type Inverse, type InverseInput } from "./inverse.js";
import type { Leak } from "./leak.js";
import type { Matrices, MatricesInput } from "./matrices.js";
import { tokenCount } from "./problem.js";
import { mostSteps } from "./schema.js";
import { landmarkCounts, type Sweep } from "./sweep.js";
import type { NystromText } from "./text.en.js";
import { inverseLabels } from "./view/controls.js";

type T = Translate<NystromText>;

/** An error as a share: in percent as long as that can be read. */
const share = (numbers: Numbers, value: number | undefined = Number.NaN): string =>
  value < 10 ? numbers.percent(value) : Number.isFinite(value) ? `${numbers.significant(value, 2)}×` : "∞";

export function matricesCaption(t: T, numbers: Numbers, { errors }: Matrices, input: MatricesInput): string {
  const { landmarks, inverse, iterations } = input;
  const middle = inverse === "iterative" ? t("captionIterative", { iterations }) : t(inverseLabels[inverse]);
  const { nystrom, none, uniform, best } = errors;
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
    ...(nystrom.least < 0 ? [t("captionNegative", { least: numbers.significant(nystrom.least, 2) })] : []),
    t("captionRows", { rows: numbers.significant(nystrom.rowSums, 2) }),
  ]);
}

/** Landmarks that the caption of the sweep speaks of. */
export const told = 16;

export function errorCaption(t: T, numbers: Numbers, { errors, performer, uniform }: Sweep): string {
  const at = landmarkCounts.indexOf(told);
  const worse = (errors.twenty[at] ?? 0) > 1.1 * (errors.six[at] ?? 0);
  return joinSentences(numbers.language, [
    t("captionError", {
      m: told,
      six: share(numbers, errors.six[at]),
      twenty: share(numbers, errors.twenty[at]),
      none: share(numbers, errors.none[at]),
      best: share(numbers, errors.best[at]),
      uniform: share(numbers, uniform),
      performer: share(numbers, performer[at]?.middle),
    }),
    ...(worse ? [t("captionOvershoot")] : []),
    t("captionFull", { full: share(numbers, errors.six.at(-1)) }),
  ]);
}

export function inverseCaption(t: T, numbers: Numbers, inverse: Inverse, { landmarks }: InverseInput): string {
  const { residuals, outputs, largest, smallest } = inverse;
  const best = outputs.reduce((least, value, step) => (value < 0.99 * (outputs[least] ?? 0) ? step : least), 0);
  const diverges = largest > divergesFrom;
  return joinSentences(numbers.language, [
    t("captionInverse", {
      landmarks,
      residual: share(numbers, residuals[6]),
      output: share(numbers, outputs[6]),
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
