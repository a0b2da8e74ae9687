import { svg, type TemplateResult } from "lit";
import { linePath } from "../../shared/charts/line-chart.js";
import { plane } from "../../shared/charts/plane.js";
import type { PictureProps } from "../../shared/figure-parts.js";
import { steps, type Rule } from "../sampling.js";
import type { EntropyText } from "../text.en.js";

export interface StepsChartProps extends PictureProps<EntropyText> {
  readonly rules: readonly Rule[];
  /** From 1. */
  readonly step: number;
  readonly summary: string;
  readonly name: string;
  readonly onStep: (step: number) => void;
}

/** Entropy at every step of the text, one line for each rule; a click chooses a step. */
export function stepsChart({ t, numbers, rules, width, step, ...props }: StepsChartProps): TemplateResult {
  const most = Math.max(...rules.flatMap(({ entropy }) => Array.from(entropy)));
  return plane({
    kind: "over-steps",
    width,
    height: 230,
    x: [0.5, steps + 0.5],
    y: [0, 1.05 * most],
    xLabel: t("steps"),
    yLabel: t("entropy"),
    format: (value) => numbers.plain(value),
    summary: props.summary,
    name: props.name,
    draw(x, y) {
      const band = x(2) - x(1);
      return svg`<rect class="chosen" x=${x(step) - band / 2} width=${band} y=${y(1.05 * most)} height=${y(0) - y(1.05 * most)}></rect>
        ${rules.map(({ name, entropy }) => svg`<path class="line ${name}" d=${linePath(Array.from(entropy, (height, i) => [x(i + 1), y(height)]))}></path>`)}
        ${Array.from(
          { length: steps },
          (_, i) =>
            svg`<rect class="pick" x=${x(i + 1) - band / 2} width=${band} y="0" height=${y(0)} @click=${() => props.onStep(i + 1)}></rect>`,
        )}`;
    },
  });
}
