import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { methodKeys, type CrossoverOf, type Crossovers, type Meeting } from "./crossover.js";
import type { BenchmarkText } from "./text.en.js";

/** Names of the methods, by key. */
const labels: Readonly<Record<string, keyof BenchmarkText>> = {
  "linear-elu": "linearElu",
  "linear-softmax": "linearSoftmax",
  performer: "performer",
  "performer-causal": "performerCausal",
  nystromformer: "nystromformer",
  "sparse-local": "sparseLocal",
  "sparse-bigbird": "sparseBigbird",
};

export function methodLabel(t: Translate<BenchmarkText>, key: string): string {
  const label = labels[key];
  return label === undefined ? key : (t as (label: string) => string)(label);
}

/** How a method looks (see shared/methods.ts): its family. */
export function methodKind(key: string): "linear" | "performer" | "nystrom" | "sparse" {
  if (key.startsWith("performer")) return "performer";
  if (key.startsWith("sparse")) return "sparse";
  return key === "nystromformer" ? "nystrom" : "linear";
}

/** Two digits, as more would be lost in the next run: 76, 560, 1,400. */
export function about(numbers: Numbers, n: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return numbers.whole(Math.round(n / unit) * unit);
}

/** "560", "< 64", "> 4,096". */
export function meetingText(numbers: Numbers, { crossover, points }: CrossoverOf): string {
  if (typeof crossover === "number") return about(numbers, crossover);
  const [first, last] = [points[0]?.n ?? 0, points.at(-1)?.n ?? 0];
  return crossover === "below" ? `< ${numbers.whole(first)}` : `> ${numbers.whole(last)}`;
}

const meetings = { below: "meetsBelow", beyond: "meetsBeyond" } as const;

/** The same in words, for a sentence. */
function meetingWords(t: Translate<BenchmarkText>, numbers: Numbers, { crossover, points }: CrossoverOf): string {
  if (typeof crossover === "number") return t("meetsFrom", { n: about(numbers, crossover) });
  const { n = 0 } = (crossover === "below" ? points[0] : points.at(-1)) ?? {};
  return t(meetings[crossover], { n: numbers.whole(n) });
}

/** "560 (0.10)": where they meet, and the ratio at the longest length; a dash where nothing was measured. */
export function cellOf(numbers: Numbers, method: CrossoverOf | undefined): string {
  const last = method?.points.at(-1);
  if (method === undefined || last === undefined) return "–";
  return `${meetingText(numbers, method)} (${numbers.fixed(last.ratio, 2)})`;
}

export interface CrossoverGroups {
  readonly stored: readonly CrossoverOf[] | undefined;
  readonly here: readonly CrossoverOf[] | undefined;
}

/** A row per method: name, stored, here. */
export function crossoverRows(t: Translate<BenchmarkText>, numbers: Numbers, groups: CrossoverGroups): string[][] {
  return methodKeys.map((key) => {
    const of = (methods: readonly CrossoverOf[] | undefined): CrossoverOf | undefined =>
      methods?.find((method) => method.key === key);
    return [methodLabel(t, key), cellOf(numbers, of(groups.stored)), cellOf(numbers, of(groups.here))];
  });
}

/** Below every number, or above. */
const place = (crossover: Meeting): number =>
  crossover === "below" ? 0 : crossover === "beyond" ? Infinity : crossover;

/** The first and the last of the methods to be faster than exact attention. */
function ends(methods: readonly CrossoverOf[]): { first: CrossoverOf; last: CrossoverOf } | undefined {
  const sorted = [...methods].sort((a, b) => place(a.crossover) - place(b.crossover));
  const [first, last] = [sorted[0], sorted.at(-1)];
  return first && last && { first, last };
}

/** The view in words and numbers. */
export function crossoverCaption(
  t: Translate<BenchmarkText>,
  numbers: Numbers,
  {
    stored,
    measured,
  }: { readonly stored: readonly CrossoverOf[] | undefined; readonly measured: Crossovers | undefined },
): string {
  const sentence = (
    key: "crossoverStored" | "crossoverHere",
    methods: readonly CrossoverOf[] | undefined,
  ): string[] => {
    const found = methods && ends(methods);
    if (found === undefined) return [];
    return [
      t(key, {
        first: methodLabel(t, found.first.key),
        n: meetingWords(t, numbers, found.first),
        last: methodLabel(t, found.last.key),
        m: meetingWords(t, numbers, found.last),
      }),
    ];
  };
  return joinSentences(numbers.language, [
    t("crossoverWhat"),
    ...sentence("crossoverStored", stored),
    ...(stored?.some(({ disturbed }) => disturbed) === true ? [t("crossoverStoredDisturbed")] : []),
    ...sentence("crossoverHere", measured?.methods),
    ...(measured === undefined ? [t("crossoverNotHere")] : []),
    ...(measured === undefined
      ? []
      : [
          t(measured.correct ? "crossoverChecked" : "captionWrong", {
            samples: measured.samples,
            error: numbers.significant(measured.largestError, 1),
          }),
        ]),
    ...(measured?.disturbed === true ? [t("captionDisturbed")] : []),
  ]);
}
