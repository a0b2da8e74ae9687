import { svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { logPlane } from "../../shared/charts/log-plane.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import type { CrossoverOf } from "../crossover.js";
import { methodKind, methodLabel } from "../crossover-rows.js";
import type { BenchmarkText } from "../text.en.js";
import { labeled } from "../../shared/text.js";

export interface CrossoverChart {
  readonly t: Translate<BenchmarkText>;
  readonly numbers: Numbers;
  readonly methods: readonly CrossoverOf[];
  /** Which machine; the chart's name. */
  readonly name: string;
  readonly width: number;
}

/** Room for the names at the right ends of the lines, and what lies outside of the axes, in pixels. */
const [names, edges] = [118, 70] as const;
const [lineHeight, tickWidth] = [14, 36] as const;

/** Time over that of exact attention against n, every line named at its end; 1 is exact attention. */
export function crossoverChart({ t, numbers, methods, name, width }: CrossoverChart): TemplateResult {
  const lengths = methods[0]?.points.map(({ n }) => n) ?? [];
  const [first = 1, last = 2] = [lengths[0], lengths.at(-1)];
  const ratios = methods.flatMap(({ points }) => points.map(({ ratio }) => ratio));
  const range = [Math.min(0.5, ...ratios) / 1.6, Math.max(2, ...ratios) * 1.2] as const;
  // The axis goes on beyond the last length, where the names are.
  const plot = width - edges - names;
  const room = (width - edges) / plot;
  const every = Math.ceil((lengths.length * tickWidth) / plot);
  return logPlane({
    kind: "crossover",
    width,
    height: 340,
    x: [first, first * (last / first) ** room],
    logX: true,
    gridEnd: last,
    y: range,
    xTicks: lengths.filter((_, i) => (lengths.length - 1 - i) % every === 0),
    xLabel: t("tokens"),
    yLabel: t("overExact"),
    formatX: (n) => numbers.plain(n),
    formatY: (ratio) => numbers.plain(Number(ratio.toPrecision(2))),
    summary: labeled(numbers.language, name, t("overExact")),
    name,
    lines: methods.map(({ key, points }) => ({
      kind: `method ${methodKind(key)}`,
      points: points.map(({ n, ratio }) => [n, ratio] as const),
      dots: (n: number, ratio: number) =>
        labeled(numbers.language, `${methodLabel(t, key)}, n = ${numbers.plain(n)}`, numbers.significant(ratio, 2)),
    })),
    draw: (x, y) =>
      svg`<line class="method exact" x1=${x(first)} x2=${x(last)} y1=${y(1)} y2=${y(1)}></line>${nameLines(x, y)}`,
  });

  function nameLines(x: (n: number) => number, y: (ratio: number) => number): SVGTemplateResult[] {
    const ends = [
      { text: t("exactLine"), kind: "exact", from: y(1) },
      ...methods.map(({ key, points }) => ({
        text: methodLabel(t, key),
        kind: methodKind(key),
        from: y(points.at(-1)?.ratio ?? Number.NaN),
      })),
    ];
    const at = apart(ends.map(({ from }) => from));
    return ends.map(
      ({ text, kind, from }, index) =>
        svg`<path class="leader" d="M${x(last) + 5} ${from}L${x(last) + 13} ${at[index] ?? from}"></path>
          <text class="method dot ${kind}" x=${x(last) + 17} y=${at[index] ?? from} dominant-baseline="central">${text}</text>`,
    );
  }
}

/** Heights as close to the wanted ones as they may be without two within a line of one another. */
export function apart(wanted: readonly number[]): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  // Groups of lines that touch; each lies around the mean of what its members want.
  const groups: { members: number[]; top: number }[] = [];
  for (const index of order) {
    let group = { members: [index], top: wanted[index] ?? 0 };
    for (;;) {
      const above = groups.at(-1);
      if (above === undefined || above.top + above.members.length * lineHeight <= group.top) break;
      groups.pop();
      const members = [...above.members, ...group.members];
      const tops = members.map((member, place) => (wanted[member] ?? 0) - place * lineHeight);
      group = { members, top: tops.reduce((sum, top) => sum + top, 0) / tops.length };
    }
    groups.push(group);
  }
  const heights = [...wanted];
  for (const { members, top } of groups) {
    members.forEach((member, place) => {
      heights[member] = top + place * lineHeight;
    });
  }
  return heights;
}
