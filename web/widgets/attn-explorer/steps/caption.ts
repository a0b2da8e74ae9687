import type { Numbers } from "../../shared/format.js";
import { joinSentences, type Translate } from "../../shared/text.js";
import type { StepsText } from "./texts.js";
import type { Steps, StepsOptions } from "./steps.js";

/** A weight off by more than this is no matter of rounding. */
const roundingBound = 1e-5;

/** Where the row stands, what the last tile changed, and how far that is from the truth. */
export function stepsCaption(t: Translate<StepsText>, numbers: Numbers, steps: Steps, options: StepsOptions): string {
  const { step, tiles, seen, logits, maximum, denominator, error } = steps;
  const [m, l] = [maximum[step - 1] ?? Number.NaN, denominator[step - 1] ?? Number.NaN];
  const before = step > 1 ? (maximum[step - 2] ?? m) : m;
  const grew = m > before;
  return joinSentences(numbers.language, [
    t("stepsState", { step, tiles, seen, n: logits.length, m: numbers.fixed(m, 2), l: numbers.significant(l, 4) }),
    ...(options.raw || step === 1 ? [] : [changeSentence()]),
    Number.isNaN(error)
      ? t(l > 0 ? "stepsOverflow" : "stepsUnderflow", { m: numbers.fixed(m, 1) })
      : t(error > roundingBound ? "stepsWrong" : "stepsRight", { error: numbers.significant(error, 2) }),
  ]);

  function changeSentence(): string {
    if (!grew) return t("stepsSame");
    const factor = numbers.significant(Math.exp(before - m), 3);
    return t(options.forget ? "stepsForgot" : "stepsRescaled", {
      before: numbers.fixed(before, 2),
      m: numbers.fixed(m, 2),
      factor,
    });
  }
}
