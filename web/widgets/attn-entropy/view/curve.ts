import { nothing, svg, type TemplateResult } from "lit";
import type { Lab } from "../../../package/index.js";
import { linePath } from "../../shared/charts/line-chart.js";
import { plane } from "../../shared/charts/plane.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { curveOf, type Solution } from "../solve.js";
import type { EntropyText } from "../text.en.js";

export interface CurveProps {
  readonly t: Translate<EntropyText>;
  readonly numbers: Numbers;
  readonly lab: Lab;
  readonly solution: Solution;
  readonly width: number;
  readonly height: number;
  /** Rounds of the article that are drawn; undefined draws the solution alone. */
  readonly round: number | undefined;
  readonly summary: string;
}

type Point = readonly [exponent: number, entropy: number];

const samples = 240;

/** Exponents in view: 0, 1 and the solution with room on the right, and on the left as much as the article needs, or four times that. */
export function domainOf({ article, robust }: Solution, round: number | undefined): readonly [number, number] {
  const right = 1.6 * Math.max(1, robust.exponent);
  const exponents = article.rounds.slice(0, round ?? 0).map(({ exponent }) => exponent);
  const left = Math.min(0, ...exponents.filter((exponent) => exponent > -4 * right));
  return [1.08 * left, right];
}

/** Entropy against the exponent, the target across it, and both solvers' ways there. */
export function curveChart(props: CurveProps): TemplateResult {
  const { t, numbers, lab, solution, round } = props;
  const { p, entropy, target, article, robust } = solution;
  const [left, right] = domainOf(solution, round);
  const exponents = Array.from({ length: samples + 1 }, (_, i) => left + ((right - left) * i) / samples);
  const heights = curveOf(lab, p, exponents);
  const top = Math.max(solution.attainable[1], target);
  const least = Math.min(target, ...heights);
  const room = 0.12 * (top - least);
  const start: Point = [1, entropy];
  const way: readonly Point[] = article.rounds.slice(0, round ?? 0).map((each) => [each.exponent, each.entropy]);
  return plane({
    kind: "curve",
    width: props.width,
    height: props.height,
    x: [left, right],
    y: [Math.max(0, least - 2 * room), top + room / 2],
    xLabel: t("exponent"),
    yLabel: t("entropy"),
    format: (value) => numbers.plain(value),
    summary: props.summary,
    draw(x, y) {
      const at = ([exponent, height]: Point): readonly [number, number] => [x(exponent), y(height)];
      const inside = (exponent: number): boolean => exponent >= left && exponent <= right;
      /** From a to b, cut off where it leaves the picture. */
      const cut = (a: Point, b: Point): string => {
        const edge = Math.min(right, Math.max(left, b[0]));
        const share = b[0] === a[0] ? 1 : (edge - a[0]) / (b[0] - a[0]);
        return linePath([at(a), at([edge, a[1] + share * (b[1] - a[1])])]);
      };
      const steps = way.map((point, i) => {
        const from = way[i - 1] ?? start;
        if (!inside(from[0]) || !Number.isFinite(point[0])) return nothing;
        const landing: Point = [point[0], target];
        return svg`<path class="line article" d=${cut(from, landing)}></path>
          ${inside(point[0]) && Number.isFinite(point[1]) ? svg`<path class="line back" d=${linePath([at(landing), at(point)])}></path><circle class="dot article" cx=${x(point[0])} cy=${y(point[1])} r="3.5"></circle>` : nothing}`;
      });
      return svg`<line class="line target" x1=${x(left)} x2=${x(right)} y1=${y(target)} y2=${y(target)}></line>
        <path class="line curve" d=${linePath(exponents.map((exponent, i) => at([exponent, heights[i] ?? Number.NaN])))}></path>
        ${steps}
        <circle class="dot start" cx=${x(1)} cy=${y(entropy)} r="4.5"><title>p</title></circle>
        ${(round === undefined ? [robust] : robust.rounds)
          .filter(({ exponent }) => inside(exponent))
          .map(
            (each) =>
              svg`<circle class="dot robust" cx=${x(each.exponent)} cy=${y(each.entropy)} r="4.5"><title>Γ = ${numbers.significant(each.exponent, 4)}, H = ${numbers.significant(each.entropy, 4)}</title></circle>`,
          )}`;
    },
  });
}
