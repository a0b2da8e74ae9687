import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { rowOf, type Rule, type RuleName, type SamplingOptions } from "./sampling.js";
import type { Solution } from "./solve.js";
import type { EntropyText } from "./text.en.js";

type T = Translate<EntropyText>;

/** How many equally likely choices have this entropy. */
export function effective(numbers: Numbers, entropy: number): string {
  const count = Math.exp(entropy);
  return count < 99.95 ? numbers.fixed(count, 1) : numbers.whole(count);
}

/** The power transform in words. */
export function transformCaption(t: T, numbers: Numbers, solution: Solution): string {
  const { p, entropy, robust } = solution;
  return joinSentences(numbers.language, [
    t("captionStart", { n: p.length, entropy: numbers.fixed(entropy, 2), effective: effective(numbers, entropy) }),
    robust.outcome === "clamped"
      ? clampedSentence(t, numbers, solution)
      : t("captionPower", {
          exponent: numbers.significant(robust.exponent, 3),
          temperature: numbers.significant(1 / robust.exponent, 3),
          target: numbers.fixed(robust.entropy, 2),
          count: effective(numbers, robust.entropy),
        }),
    t("captionLargest", {
      before: numbers.percent(p[0] ?? Number.NaN),
      after: numbers.percent(robust.output[0] ?? Number.NaN),
    }),
  ]);
}

function clampedSentence(t: T, numbers: Numbers, { target, attainable: [low, high] }: Solution): string {
  return t("captionClamped", {
    target: numbers.fixed(target, 2),
    low: numbers.fixed(low, 2),
    high: numbers.fixed(high, 2),
  });
}

/** Where both solvers are after `round` rounds of the article's, and how they end. */
export function solverCaption(
  t: T,
  numbers: Numbers,
  solution: Solution,
  round: number,
  outside: (exponent: number) => boolean,
): string {
  const { article, robust } = solution;
  if (robust.outcome === "clamped") return clampedSentence(t, numbers, solution);
  const rounds = article.rounds.length;
  return joinSentences(numbers.language, [
    ...underWay(),
    ending(),
    t("captionRobust", { rounds: robust.rounds.length, exponent: numbers.significant(robust.exponent, 4) }),
  ]);

  /** Where the article's iteration is; nothing at its end, which has a sentence of its own. */
  function underWay(): string[] {
    if (round === 0) return [t("captionNoRound")];
    const at = article.rounds[round - 1];
    if (at === undefined || round === rounds) return [];
    const values = {
      round,
      exponent: numbers.significant(at.exponent, 4),
      entropy: numbers.significant(at.entropy, 5),
    };
    return [t("captionRounds", values), ...(outside(at.exponent) ? [t("captionOutside")] : [])];
  }

  function ending(): string {
    if (article.outcome === "diverged") return t("captionDiverged", { rounds });
    if (article.outcome === "reversed") return t("captionReversed");
    if (article.outcome === "unfinished") {
      return t("captionUnfinished", { entropy: numbers.significant(article.entropy, 4) });
    }
    return t("captionConverged");
  }
}

/** How many of the failures end in which way. */
export function failuresCaption(t: T, solutions: readonly Solution[]): string {
  const count = (outcome: string): number => solutions.filter(({ article }) => article.outcome === outcome).length;
  return t("captionFailures", { reversed: count("reversed"), diverged: count("diverged") });
}

/** One failure: what its first bad exponent was, and what the robust solver finds. */
export function failureText(t: T, numbers: Numbers, { start, article, robust }: Solution): string {
  const key = {
    peaked: "failurePeaked",
    geometric: "failureGeometric",
    flat: "failureFlat",
    tie: "failureTie",
  } as const;
  const told = start === "geometric" || start === "tie" ? article.rounds.at(-1) : article.rounds[0];
  const exponent = numbers.significant(told?.exponent ?? Number.NaN, 3);
  return joinSentences(numbers.language, [
    t(key[start as keyof typeof key], { exponent }),
    t("failureRobust", { rounds: robust.rounds.length, solution: numbers.significant(robust.exponent, 4) }),
  ]);
}

/** One step under all rules, and the range of each over the text. */
export function samplingCaption(
  t: T,
  numbers: Numbers,
  rules: readonly Rule[],
  step: number,
  options: SamplingOptions,
): string {
  const entropyOf = (name: RuleName): Float32Array =>
    rules.find((rule) => rule.name === name)?.entropy ?? new Float32Array();
  const largest = (name: RuleName): number => {
    const rule = rules.find((candidate) => candidate.name === name);
    return (rule && rowOf(rule.probabilities, step - 1)[0]) ?? Number.NaN;
  };
  const range = (name: RuleName): [least: string, most: string] => {
    const values = entropyOf(name);
    return [numbers.fixed(Math.min(...values), 2), numbers.fixed(Math.max(...values), 2)];
  };
  const [[least, most], [coldLeast, coldMost], [kLeast, kMost], [pLeast, pMost]] = [
    range("raw"),
    range("temperature"),
    range("topk"),
    range("topp"),
  ];
  const raw = entropyOf("raw")[step - 1] ?? Number.NaN;
  const change = { before: numbers.percent(largest("raw")), after: numbers.percent(largest("entropy")) };
  return joinSentences(numbers.language, [
    t("captionSampling", {
      step,
      raw: numbers.fixed(raw, 2),
      effective: effective(numbers, raw),
      temperature: numbers.plain(options.temperature),
      target: numbers.fixed(options.entropy, 2),
      ...{ least, most, coldLeast, coldMost, kLeast, kMost, pLeast, pMost },
    }),
    t(raw < options.entropy ? "captionRaised" : "captionLowered", change),
  ]);
}

const ruleKeys = {
  raw: "ruleRaw",
  temperature: "ruleTemperature",
  topk: "ruleTopk",
  topp: "ruleTopp",
  entropy: "ruleEntropy",
} as const;

/** A rule with its setting. */
export function ruleText(t: T, numbers: Numbers, name: RuleName, options: SamplingOptions): string {
  const values = {
    temperature: numbers.plain(options.temperature),
    topk: options.topk,
    topp: numbers.plain(options.topp),
    entropy: numbers.fixed(options.entropy, 2),
  };
  return t(ruleKeys[name], values);
}
