import { nothing, svg, type TemplateResult } from "lit";
import { linePath } from "../../shared/charts/line-chart.js";
import { plane } from "../../shared/charts/plane.js";
import type { PictureProps } from "../../shared/figure-parts.js";
import type { Numbers } from "../../shared/format.js";
import type { Growth, Lengths } from "../measure.js";
import { scaleNames, type ScaleName } from "../scales.js";
import type { EntropyScaleText } from "../text.en.js";

export interface ChartProps extends PictureProps<EntropyScaleText> {
  readonly summary: string;
}

const format = (numbers: Numbers) => (value: number) => numbers.plain(value);

/** Mean entropy against n, n on a logarithmic axis; the band of the first two scales; ln n above all; estimates as thin lines. */
export function lengthChart(
  { t, numbers, width, summary }: ChartProps,
  { lengths, curves, theory }: Lengths,
): TemplateResult {
  const most = lengths.at(-1) ?? 2;
  const at = lengths.map(Math.log2);
  return plane({
    kind: "lengths",
    width,
    height: Math.min(400, 180 + width / 4),
    x: [1, Math.log2(most)],
    y: [0, 1.03 * Math.log(most)],
    xLabel: t("axisTokens"),
    yLabel: t("axisEntropy"),
    xTicks: at.filter((_, i) => width > 480 || i % 2 === 0),
    format: format(numbers),
    formatX: (value) => String(Math.round(2 ** value)),
    summary,
    draw(x, y) {
      const band = (name: ScaleName): string => {
        const upper = curves[name].map(({ high }, i): [number, number] => [x(at[i] ?? 0), y(high)]);
        const lower = curves[name].map(({ low }, i): [number, number] => [x(at[i] ?? 0), y(low)]);
        return `${linePath([...upper, ...lower.reverse()])}Z`;
      };
      const points = (name: ScaleName): [number, number][] =>
        curves[name].map(({ mean }, i) => [x(at[i] ?? 0), y(mean)]);
      return svg`${(["sqrt", "log512"] as const).map((name) => svg`<path class="band ${name}" d=${band(name)}></path>`)}
        <path class="line uniform" d=${linePath(lengths.map((n, i) => [x(at[i] ?? 0), y(Math.log(n))]))}></path>
        ${scaleNames.map((name) => svg`<path class="line ${name}" d=${linePath(points(name))}></path>`)}
        ${theory === undefined ? nothing : scaleNames.map((name) => svg`<path class="line theory" d=${linePath(theory[name].map((height, i) => [x(at[i] ?? 0), y(height)]))}></path>`)}`;
    },
  });
}

/** Something of the row under every scale while tokens are added, with a mark at n; a click puts it elsewhere. */
export function growthChart(
  { t, numbers, width, summary }: ChartProps,
  values: Growth["entropy"],
  what: "entropy" | "weight",
  n: number,
  onN: (n: number) => void,
): TemplateResult {
  const count = values.sqrt.length;
  const uniform = Array.from({ length: count }, (_, i) => (what === "entropy" ? Math.log(i + 1) : 1 / (i + 1)));
  const most =
    what === "entropy" ? Math.log(count) : Math.max(...scaleNames.flatMap((name) => Array.from(values[name])));
  return plane({
    kind: "growth",
    width,
    height: 250,
    x: [1, count],
    y: [0, 1.04 * most],
    xLabel: t("axisTokens"),
    yLabel: t(what === "entropy" ? "axisRowEntropy" : "axisWeight"),
    format: format(numbers),
    summary,
    name: t(what === "entropy" ? "axisRowEntropy" : "axisWeight"),
    draw(x, y) {
      const path = (heights: ArrayLike<number>): string =>
        linePath(Array.from(heights, (height, i) => [x(i + 1), y(Math.min(height, 1.04 * most))]));
      const [left = 0, right = 1] = x.range();
      return svg`<path class="line uniform" d=${path(uniform)}></path>
        ${scaleNames.map((name) => svg`<path class="line ${name}" d=${path(values[name])}></path>`)}
        <line class="mark" x1=${x(n)} x2=${x(n)} y1=${y(1.04 * most)} y2=${y(0)}></line>
        ${scaleNames.map((name) => {
          const height = values[name][n - 1];
          return height === undefined
            ? nothing
            : svg`<circle class="dot ${name}" cx=${x(n)} cy=${y(height)} r="3.5"></circle>`;
        })}
        <rect class="pick" x=${left} y="0" width=${right - left} height=${y(0)} @click=${(event: MouseEvent) => {
          const box = (event.currentTarget as Element).getBoundingClientRect();
          onN(Math.round(1 + ((event.clientX - box.left) / box.width) * (count - 1)));
        }}></rect>`;
    },
  });
}
