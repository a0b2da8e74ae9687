import { nothing, svg, type TemplateResult } from "lit";
import { plane } from "../../shared/charts/plane.js";
import type { PictureProps } from "../../shared/figure-parts.js";
import type { EntropyText } from "../text.en.js";

export interface BarsProps extends PictureProps<EntropyText> {
  readonly height: number;
  /** Probabilities as given, largest first, and after the power, as columns behind one another. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** CSS class of what comes after. */
  readonly kind: "robust" | "article" | "entropy";
  readonly summary: string;
  readonly name?: string;
  readonly axes?: boolean;
}

/** Two distributions over the same entries: the one before as outlines, the other one as bars. */
export function barsChart(props: BarsProps): TemplateResult {
  const { t, numbers, before, after, kind, axes = true } = props;
  const count = before.length;
  const lost = after.some(Number.isNaN);
  const most = [...before, ...after].reduce((a, b) => (b > a ? b : a), 1e-6);
  return plane({
    kind: "bars",
    width: props.width,
    height: props.height,
    x: [0, count],
    y: [0, most],
    ...(axes && { xLabel: t("entries"), yLabel: t("probability") }),
    format: (value) => numbers.plain(value),
    summary: props.summary,
    ...(props.name !== undefined && { name: props.name }),
    draw(x, y) {
      const gap = x(1) - x(0) > 4 ? 1 : 0;
      return svg`${Array.from(after, (value, i) => {
        if (!(value > 0)) return nothing;
        const label = t("bar", {
          index: i + 1,
          before: numbers.significant(before[i] ?? 0, 3),
          after: numbers.significant(value, 3),
        });
        return svg`<rect class="after ${kind}" x=${x(i)} width=${Math.max(0.5, x(i + 1) - x(i) - gap)} y=${y(value)} height=${y(0) - y(value)}><title>${label}</title></rect>`;
      })}
      <path class="before" d=${outline()}></path>
      ${lost ? svg`<text class="lost" x=${x(count / 2)} y=${y(most / 2)} text-anchor="middle">${t("failureLost")}</text>` : nothing}`;

      function outline(): string {
        const steps = Array.from(before, (value, i) => `V${y(value).toFixed(1)}H${x(i + 1).toFixed(1)}`);
        return `M${x(0).toFixed(1)} ${y(0).toFixed(1)}${steps.join("")}V${y(0).toFixed(1)}`;
      }
    },
  });
}
