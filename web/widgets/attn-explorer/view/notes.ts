import { html, type TemplateResult } from "lit";
import type { Lab } from "../../../package/index.js";
import type { Numbers } from "../../shared/format.js";
import { joinSentences, type Translate } from "../../shared/text.js";
import type { AttentionData } from "../data/attention-data.js";
import type { ExplorerText } from "../text.en.js";

const articleAddress = "https://kexue.fm/archives/8823";

/** What the entropy-invariant scale is at this length, whose idea it is, and what is ours. */
export function scaleNote(
  t: Translate<ExplorerText>,
  numbers: Numbers,
  lab: Lab,
  { d, nK }: AttentionData,
): TemplateResult {
  const factor = (kind: "entropy" | "sqrt"): string =>
    numbers.significant(lab.attentionScale({ d, n: Math.max(1, nK), kind }), 3);
  return html`<p class="note">
    ${joinSentences(numbers.language, [
      t("scaleNote", { n: numbers.whole(nK), factor: factor("entropy"), usual: factor("sqrt") }),
      t("scaleCredit"),
    ])}<a href=${articleAddress} lang="zh-Hans">${t("scaleArticle")}</a>${t("scaleCreditEnd")}
  </p>`;
}

/** Where the shipped numbers come from. */
export function sourceNote(t: Translate<ExplorerText>, model: string, source: string): TemplateResult {
  return html`<p class="note">${t("source", { model })}<cite lang="en">${source}</cite>${t("sourceEnd")}</p>`;
}
