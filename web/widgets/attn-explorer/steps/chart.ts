import { html, nothing, svg, type TemplateResult } from "lit";
import { scaleLinear } from "d3-scale";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { tokenAt } from "../data/attention-data.js";
import type { StepsText } from "./texts.js";
import type { Steps } from "./steps.js";
import { labeled } from "../../shared/text.js";

export interface StepsChartProps {
  readonly t: Translate<StepsText>;
  readonly numbers: Numbers;
  readonly steps: Steps;
  readonly width: number;
  readonly keyTokens: readonly string[] | undefined;
  readonly summary: string;
}

const margin = { left: 46, right: 8, top: 18, bottom: 26 };
const panel = { logits: 118, gap: 30, weights: 150 };
const height = margin.top + panel.logits + panel.gap + panel.weights + margin.bottom;

/** Above, the logits with the running maximum; below, the weights so far over those of double precision. */
export function stepsChart({ t, numbers, steps, width, keyTokens, summary }: StepsChartProps): TemplateResult {
  const { logits, maximum, weights, exact, seen, tile, tiles, step } = steps;
  const n = logits.length;
  const x = scaleLinear([0, n], [margin.left, width - margin.right]);
  const least = logits.reduce((a, b) => Math.min(a, b), 0);
  const most = logits.reduce((a, b) => Math.max(a, b), 0);
  const top = scaleLinear([least, most], [margin.top + panel.logits, margin.top]).nice(3);
  const floor = margin.top + panel.logits + panel.gap + panel.weights;
  const greatest = [...weights, ...exact].reduce((a, b) => (b > a ? b : a), 1e-3);
  const bottom = scaleLinear([0, greatest], [floor, floor - panel.weights]).nice(3);
  const bar = Math.max(1, (x(1) - x(0)) * 0.72);
  const left = (j: number): number => x(j + 0.5) - bar / 2;
  const lost = weights.some(Number.isNaN);
  return html`<svg class="steps-chart" role="img" aria-label=${summary} viewBox="0 0 ${width} ${height}">
    ${Array.from({ length: tiles }, (_, index) => {
      const end = Math.min(n, (index + 1) * tile);
      const kind = index + 1 === step ? "now" : index + 1 < step ? "past" : "ahead";
      const box = { from: x(index * tile), to: x(end) };
      return svg`<rect class="tile ${kind}" x=${box.from} y=${margin.top - 6} width=${box.to - box.from} height=${floor - margin.top + 6}></rect>
        <line class="edge" x1=${box.to} x2=${box.to} y1=${margin.top - 6} y2=${floor}></line>`;
    })}
    ${axis(top, t("stepsLogits"), margin.top - 8)} ${axis(bottom, t("stepsWeights"), floor - panel.weights - 10)}
    ${Array.from({ length: n }, (_, j) => {
      const name = `${String(j + 1)} ${tokenAt(keyTokens, j)}`;
      const logit = logits[j] ?? 0;
      const [from, to] = [top(Math.max(0, logit)), top(Math.min(0, logit))];
      const weight = weights[j] ?? 0;
      const truth = exact[j] ?? 0;
      const shown = { logit: numbers.fixed(logit, 2) };
      const bars =
        j < seen
          ? t("stepsBar", {
              ...shown,
              weight: numbers.significant(weight, 3),
              exact: numbers.significant(truth, 3),
            })
          : t("stepsBarAhead", shown);
      return svg`<g class=${j < seen ? "seen" : "unseen"}>
        <title>${labeled(numbers.language, name, bars)}</title>
        <rect class="logit" x=${left(j)} y=${from} width=${bar} height=${Math.max(1, to - from)}></rect>
        ${Number.isFinite(weight) ? svg`<rect class="weight" x=${left(j)} y=${bottom(weight)} width=${bar} height=${Math.max(0, floor - bottom(weight))}></rect>` : nothing}
        ${j < seen ? svg`<line class="truth" x1=${left(j) - 1} x2=${left(j) + bar + 1} y1=${bottom(truth)} y2=${bottom(truth)}></line>` : nothing}
      </g>`;
    })}
    <path class="line maximum" d=${maximumPath()}></path>
    ${lost ? svg`<text class="lost" x=${(margin.left + width) / 2} y=${floor - panel.weights / 2} text-anchor="middle">NaN</text>` : nothing}
    <text class="below" x=${(margin.left + width) / 2} y=${height - 6} text-anchor="middle">
      ${t("stepsAxis", { n })}
    </text>
  </svg>`;

  function maximumPath(): string {
    return Array.from({ length: step }, (_, index) => {
      const y = top(maximum[index] ?? 0).toFixed(1);
      const [from, to] = [x(index * tile), x(Math.min(n, (index + 1) * tile))];
      return `${index === 0 ? "M" : "L"}${from.toFixed(1)} ${y}H${to.toFixed(1)}`;
    }).join("");
  }

  function axis(scale: typeof top, label: string, y: number): TemplateResult {
    return html`${svg`<g class="axis">
      <text class="name" x=${margin.left} y=${y}>${label}</text>
      ${scale.ticks(3).map(
        (tick) =>
          svg`<line class="grid" x1=${margin.left} x2=${width - margin.right} y1=${scale(tick)} y2=${scale(tick)}></line>
            <text x=${margin.left - 6} y=${scale(tick)} text-anchor="end" dominant-baseline="central">${numbers.plain(tick)}</text>`,
      )}
    </g>`}`;
  }
}
