import { html, svg, type TemplateResult } from "lit";
import { lineChart } from "../../shared/charts/line-chart.js";
import type { Numbers } from "../../shared/format.js";
import { joinSentences, type Translate } from "../../shared/text.js";
import { meanEntropy, type Analysis } from "../analysis.js";
import type { ScaleName } from "../schema.js";
import type { ExplorerText } from "../text.en.js";

export interface EntropyChartProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly analysis: Analysis;
  readonly scale: ScaleName;
  readonly width: number;
  /** Query to mark, counted from 0, and how to call it. */
  readonly query: number;
  readonly who: string;
  onHover(query: number | undefined): void;
  onChoose(query: number): void;
}

/** Most points of a line; more queries than this are averaged in groups. */
const mostPoints = 240;

/** Entropy of every row: chosen scale, the usual 1/sqrt(d) as the baseline, and even attention as the ceiling. */
export function entropyChart(props: EntropyChartProps): TemplateResult {
  const { t, numbers, analysis, scale, query } = props;
  const { entropy, ceiling } = analysis;
  const group = Math.max(1, Math.ceil(ceiling.length / mostPoints));
  const series = [
    { kind: "ceiling", label: t("entropyCeiling"), values: groupMeans(ceiling, group) },
    ...(scale === "sqrt"
      ? []
      : [{ kind: "baseline", label: t("entropyBaseline"), values: groupMeans(entropy.sqrt, group) }]),
    {
      kind: "chosen",
      label: scale === "sqrt" ? t("entropyBaseline") : t("entropyChosen"),
      values: groupMeans(entropy[scale], group),
    },
  ];
  const at = (values: Float64Array): string => numbers.fixed(values[query] ?? Number.NaN, 2);
  const mean = (values: Float64Array): string => numbers.fixed(meanEntropy(values), 2);
  const marked = { who: props.who, chosen: at(entropy[scale]), ceiling: at(ceiling) };
  return html`<div class="entropy">
    <p class="label">${t("entropyTitle")}</p>
    ${lineChart({
      width: props.width,
      height: 200,
      series,
      step: group,
      xLabel: t("entropyX"),
      summary: t("entropySummary", {
        chosen: mean(entropy[scale]),
        baseline: mean(entropy.sqrt),
        ceiling: mean(ceiling),
      }),
      marked: query,
      onPick: (index) => props.onChoose(index),
      onHover: (index) => props.onHover(index),
    })}
    <p class="keys">
      ${[...series].reverse().map(
        ({ kind, label }) =>
          html`<span>
            <svg viewBox="0 0 26 8" aria-hidden="true">${svg`<path class="line ${kind}" d="M1 4H25"></path>`}</svg>
            ${label}
          </span>`,
      )}
    </p>
    <p class="note">
      ${joinSentences(numbers.language, [
        scale === "sqrt" ? t("entropyRowUsual", marked) : t("entropyRow", { ...marked, baseline: at(entropy.sqrt) }),
        ...(group > 1 ? [t("entropyAverage", { count: group })] : []),
      ])}
    </p>
  </div>`;
}

/** Means over groups of `size` entries; what is not a number is left out, a group of nothing else is NaN. */
export function groupMeans(values: Float64Array, size: number): Float64Array {
  if (size === 1) return values;
  return Float64Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    meanEntropy(values.subarray(index * size, (index + 1) * size)),
  );
}
