import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { dataTable } from "../charts/data-table.js";
import { logPlane, type LogLine } from "../charts/log-plane.js";
import { keys } from "../controls.js";
import { captionBelow, type CaptionedProps } from "../figure-parts.js";
import type { Numbers } from "../format.js";
import { crossingOf } from "./crossing.js";
import { timeAt } from "./race.js";
import { about, roundTime, type SpeedShown } from "./shown.js";
import { speedText } from "./text.js";

export type SpeedViewProps = Omit<CaptionedProps<never>, "t">;

type Place = (value: number) => number;

/** Times against length over logarithmic axes, with the slopes of n² and n to compare with, and the crossings. */
export function speedView(props: SpeedViewProps, shown: SpeedShown, onAgain: () => void): TemplateResult {
  const { numbers, width, caption, table, under } = props;
  const t = speedText(numbers.language);
  const { lines } = shown;
  const [exact, ...rivals] = lines;
  const lengths = exact.points.map(({ n }) => n);
  const [first = 1, last = 1] = [lengths[0], lengths.at(-1)];
  const times = lines.flatMap(({ points }) => points.map(({ milliseconds }) => milliseconds));
  const [bottom, top] = [Math.min(...times) / 1.25, Math.max(...times) * 1.25];
  /** Through the last time of a line. */
  const slope = (points: (typeof exact)["points"], power: number): LogLine => {
    const end = timeAt(points, last) ?? Number.NaN;
    return {
      kind: "method theory",
      points: lengths.map((n) => [n, end * (n / last) ** power] as const).filter(([, time]) => time >= bottom),
    };
  };
  const crossings = rivals.flatMap(({ points }) => crossingOf(exact.points, points) ?? []);
  const disturbed = lines.flatMap(({ points }) => points.filter((point) => point.disturbed));
  const behind = (x: Place, y: Place): SVGTemplateResult =>
    svg`${crossings.map((n, i) => {
      // The later half of the axis has room on the left only.
      const left = n > Math.sqrt(first * last);
      return svg`<line class="limit" x1=${x(n)} x2=${x(n)} y1=${y(top)} y2=${y(bottom)}></line>
        <text x=${x(n) + (left ? -5 : 5)} y=${y(top) + 12 + 16 * i} text-anchor=${left ? "end" : "start"}>${t("crossing", { n: about(n) })}</text>`;
    })}
    ${disturbed.map(({ n, milliseconds }) => svg`<circle class="disturbed" cx=${x(n)} cy=${y(milliseconds)} r="8"></circle>`)}`;
  return html`${logPlane({
      kind: "times",
      width,
      height: Math.min(400, 170 + width / 3),
      x: [first, last],
      logX: true,
      y: [bottom, top],
      xTicks: lengths,
      xLabel: t("lengthTokens"),
      yLabel: t("time"),
      formatX: String,
      formatY: (value) => roundTime(numbers, value),
      summary: caption,
      draw: behind,
      lines: [
        slope(exact.points, 2),
        ...rivals.slice(0, 1).map(({ points }) => slope(points, 1)),
        ...lines.map(({ kind, label, points }) => ({
          kind,
          points: points.map(({ n, milliseconds }) => [n, milliseconds] as const),
          dots: (n: number, time: number) => t("point", { method: label, n, time: numbers.duration(time) }),
        })),
      ],
    })}
    ${keys([
      ...lines.map(({ kind, label }) => [kind, label] as const),
      ["method theory", t("slopes")],
      ...(disturbed.length > 0 ? [["dot disturbed", t("ring")] as const] : []),
    ])}
    ${captionBelow(caption, under)}
    <p><button type="button" @click=${onAgain}>${t("again")}</button></p>
    ${table ? speedTable(numbers, shown) : nothing}`;
}

function speedTable(numbers: Numbers, { lines }: SpeedShown): TemplateResult {
  const t = speedText(numbers.language);
  return dataTable({
    caption: t("table"),
    columns: [t("lengthTokens"), ...lines.map(({ label }) => label)],
    rows: lines[0].points.map(({ n }) => [
      String(n),
      ...lines.map(({ points }) => {
        const point = points.find((other) => other.n === n);
        if (point === undefined) return "–";
        const time = numbers.duration(point.milliseconds);
        return point.disturbed ? t("marked", { time }) : time;
      }),
    ]),
  });
}
