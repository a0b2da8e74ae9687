import type { Numbers } from "../shared/format.js";
import { joinSentences, type Translate } from "../shared/text.js";
import { meanEntropy, type Analysis, type Row } from "./analysis.js";
import { tokenAt, type AttentionData } from "./data/attention-data.js";
import type { ScaleName } from "./schema.js";
import type { ExplorerText } from "./text.en.js";

export interface CaptionInput {
  readonly data: AttentionData;
  readonly analysis: Analysis;
  readonly row: Row;
  readonly query: number;
  /** Strongest key of the row. */
  readonly strongest: number;
  /** Counted from 1. */
  readonly head: number;
  readonly scale: ScaleName;
  readonly causal: boolean;
}

/** Each scale as it is named within a sentence. */
export const scaleLabels = { none: "scaleNoneName", sqrt: "scaleSqrtName", entropy: "scaleEntropyName" } as const;

/** The state in words and numbers: what is chosen, where the row looks, how sharp the head is against 1/sqrt(d). */
export function captionOf(t: Translate<ExplorerText>, numbers: Numbers, input: CaptionInput): string {
  const { data, analysis, row, scale } = input;
  const { layer } = data;
  const scaleName = t(scaleLabels[scale]);
  const [entropy, usual, ceiling] = [analysis.entropy[scale], analysis.entropy.sqrt, analysis.ceiling].map(meanEntropy);
  const state = (mean = Number.NaN): { entropy: string; effective: string } => ({
    entropy: numbers.fixed(mean, 2),
    effective: numbers.fixed(Math.exp(mean), 1),
  });
  const sentences = [
    layer === undefined
      ? t("captionStateOwn", { head: input.head, scale: scaleName })
      : t("captionState", { layer, head: input.head, scale: scaleName }),
    ...(input.causal ? [t("captionCausal")] : []),
    ...(row.visible > 0 ? [rowSentence(t, numbers, input)] : []),
    t("captionMean", { ...state(entropy), ceiling: numbers.fixed(ceiling ?? Number.NaN, 2) }),
    ...(scale === "sqrt" ? [] : [t("captionCompare", state(usual))]),
  ];
  return joinSentences(numbers.language, sentences);
}

function rowSentence(t: Translate<ExplorerText>, numbers: Numbers, input: CaptionInput): string {
  const { data, row, query, strongest } = input;
  const places = { position: query + 1, place: strongest + 1, weight: numbers.percent(row.weights[strongest] ?? NaN) };
  if (data.queryTokens === undefined || data.keyTokens === undefined) return t("captionRowPlain", places);
  return t("captionRow", {
    ...places,
    query: tokenAt(data.queryTokens, query),
    key: tokenAt(data.keyTokens, strongest),
  });
}
