import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import type { Measured } from "./measure.js";
import { standing } from "./rows.js";
import { sizeOf, type SizeName } from "./schema.js";
import type { StoredSize } from "./stored.js";
import type { BenchmarkText } from "./text.en.js";

/** "8 heads × 1024 tokens × 64, causal" */
export function sizeText(t: Translate<BenchmarkText>, numbers: Numbers, size: SizeName): string {
  const { heads, n, d, causal } = sizeOf(size);
  return t(causal ? "sizeCausal" : "sizeFull", { heads, n: numbers.whole(n), d });
}

/** The state of the widget in words and numbers. */
export function captionOf(
  t: Translate<BenchmarkText>,
  numbers: Numbers,
  {
    size,
    measured,
    stored,
  }: { readonly size: SizeName; readonly measured: Measured | undefined; readonly stored: StoredSize | undefined },
): string {
  return joinSentences(numbers.language, [
    t("captionSize", { size: sizeText(t, numbers, size) }),
    ...(measured === undefined ? [] : measuredSentences(t, numbers, measured)),
    ...(stored === undefined ? [t("captionNothingStored")] : storedSentence(t, numbers, stored)),
  ]);
}

function measuredSentences(t: Translate<BenchmarkText>, numbers: Numbers, measured: Measured): string[] {
  const { ours, loops, flops, ceiling, variant, largestError, correct, disturbed } = measured;
  const gflops = flops / ours.milliseconds / 1e6;
  return [
    t("captionMeasured", {
      time: numbers.duration(ours.milliseconds),
      rate: numbers.significant(gflops, 3),
      share: numbers.percent(gflops / ceiling),
      ceiling: numbers.significant(ceiling, 3),
      arithmetic: t(variant === "relaxed" ? "arithmeticFused" : "arithmeticSeparate"),
      loops: numbers.duration(loops.milliseconds),
      times: numbers.significant(loops.milliseconds / ours.milliseconds, 2),
    }),
    t(correct ? "captionChecked" : "captionWrong", {
      samples: ours.samples,
      error: numbers.significant(largestError, 1),
    }),
    ...(disturbed ? [t("captionDisturbed"), t("captionFastest")] : []),
  ];
}

function storedSentence(t: Translate<BenchmarkText>, numbers: Numbers, stored: StoredSize): string[] {
  const best = standing(stored);
  if (best === undefined) return [];
  const { ours, peer } = best;
  const ratio = peer.milliseconds / ours.milliseconds;
  const values = {
    ours: numbers.duration(ours.milliseconds),
    threads: ours.threads,
    peer: peer.who,
    peerThreads: peer.threads,
    time: numbers.duration(peer.milliseconds),
    times: numbers.significant(Math.max(ratio, 1 / ratio), 3),
  };
  return [t(ratio >= 1 ? "captionAhead" : "captionBehind", values)];
}
