import { nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import type { Lab } from "../../../package/index.js";
import { follow } from "../../shared/charts/follow.js";
import { linePath } from "../../shared/charts/line-chart.js";
import { plane } from "../../shared/charts/plane.js";
import type { PictureProps } from "../../shared/figure-parts.js";
import { curveOf, type Solution } from "../solve.js";
import type { EntropyText } from "../text.en.js";
import { targetRange } from "./controls.js";

export interface CurveProps extends PictureProps<EntropyText> {
  readonly lab: Lab;
  readonly solution: Solution;
  readonly height: number;
  /** Rounds of the article that are drawn; undefined draws the solution alone. */
  readonly round: number | undefined;
  readonly summary: string;
  /** The line of the prescribed entropy was dragged. */
  readonly onTarget: (entropy: number) => void;
}

/** Height in pixels of what can be taken hold of. */
const grip = 40;

/** Whether there are entropies within sight that no power of the distribution has. */
export const isBounded = ({ attainable: [low, high], p }: Solution): boolean =>
  low > 0 || high < Math.log(p.length) - 1e-6;

type Point = readonly [exponent: number, entropy: number];

const samples = 240;

/** Where no power has the entropy asked for, up to here one sees the curve come near its limit. */
const farEnough = 8;

/** Exponents in view: 0, 1 and the solution with room on the right, and on the left as much as the article needs, or four times that. */
export function domainOf({ article, robust }: Solution, round: number | undefined): readonly [number, number] {
  const right = 1.6 * Math.max(1, Number.isFinite(robust.exponent) ? robust.exponent : farEnough);
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
  const bounded = isBounded(solution);
  const top = bounded ? Math.log(p.length) : Math.max(solution.attainable[1], target);
  const least = bounded ? 0 : Math.min(target, ...heights);
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
      const [x1 = 0, x2 = 0] = x.range();
      /** Where no power gets to: from one entropy up to another one. */
      const never = (from: number, to: number): SVGTemplateResult =>
        svg`<rect class="never" x=${x1} width=${x2 - x1} y=${y(to)} height=${Math.max(0, y(from) - y(to))}></rect>`;
      const drag = (event: PointerEvent): void => {
        const picture = (event.currentTarget as SVGElement).ownerSVGElement;
        if (picture === null) return;
        event.preventDefault();
        const [low, high] = targetRange(p.length);
        follow(event, ({ clientY }) => {
          const box = picture.getBoundingClientRect();
          const asked = y.invert(((clientY - box.top) / box.height) * props.height);
          props.onTarget(Math.round(100 * Math.min(high, Math.max(low, asked))) / 100);
        });
      };
      return svg`${bounded ? [never(0, solution.attainable[0]), never(solution.attainable[1], top + room / 2)] : nothing}
        <line class="line target" x1=${x(left)} x2=${x(right)} y1=${y(target)} y2=${y(target)}></line>
        <path class="line curve" d=${linePath(exponents.map((exponent, i) => at([exponent, heights[i] ?? Number.NaN])))}></path>
        ${steps}
        <circle class="dot start" cx=${x(1)} cy=${y(entropy)} r="4.5"><title>p</title></circle>
        ${(round === undefined ? [robust] : robust.rounds)
          .filter(({ exponent }) => inside(exponent))
          .map(
            (each) =>
              svg`<circle class="dot robust" cx=${x(each.exponent)} cy=${y(each.entropy)} r="4.5"><title>Γ = ${numbers.significant(each.exponent, 4)}, H = ${numbers.significant(each.entropy, 4)}</title></circle>`,
          )}
        <g class="grip" @pointerdown=${drag}>
          <rect x=${x1} width=${x2 - x1} y=${y(target) - grip / 2} height=${grip}></rect>
          <path d="M${x2 - 8} ${y(target) - 9}l5 6h-10zM${x2 - 8} ${y(target) + 9}l5 -6h-10z"></path>
        </g>`;
    },
  });
}
