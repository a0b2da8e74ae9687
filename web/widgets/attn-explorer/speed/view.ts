import { html, nothing, svg, type TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import { logLogChart, type LogSeries } from "../../shared/charts/log-log-chart.js";
import type { Numbers } from "../../shared/format.js";
import { timeAt } from "../../shared/speed/race.js";
import { about, roundTime } from "../../shared/speed/shown.js";
import { joinSentences, type Translate } from "../../shared/text.js";
import { crossing, lengths, methodNames, width as headSize, type Crossover, type MethodName } from "./crossover.js";
import type { SpeedText } from "./texts.js";
import { unbroken } from "../../shared/unbroken.js";

export interface SpeedViewProps {
  readonly t: Translate<SpeedText>;
  readonly numbers: Numbers;
  readonly result: Crossover | undefined;
  /** Share done of the measurement under way. */
  readonly measuring: number | undefined;
  readonly width: number;
  readonly table: boolean;
  onMeasure(): void;
  onCancel(): void;
}

const labels = { exact: "speedExact", linear: "speedLinear", plain: "speedPlain" } as const satisfies Record<
  MethodName,
  keyof SpeedText
>;

/** Time against n on the reader's machine, both axes logarithmic, with the slope of n squared to compare with. */
export function speedView(props: SpeedViewProps): TemplateResult {
  const { t, numbers, result, measuring, table } = props;
  const caption = speedCaption(t, numbers, result);
  const shown = series(t, result);
  return html`<div class="speed">
    <p class="label">${t("speedTitle", { d: headSize })}</p>
    <figure part="speed">
      ${logLogChart({
        width: props.width,
        height: 320,
        series: shown,
        domain: [lengths[0], lengths[lengths.length - 1] ?? 1],
        range: [0.01, 100],
        xTicks: lengths,
        xLabel: t("speedX"),
        formatX: (n) => numbers.plain(n),
        formatY: (milliseconds) => roundTime(numbers, milliseconds),
        summary: caption,
      })}
      <figcaption class="keys">
        ${shown.map(
          ({ kind, label }) =>
            html`<span
              ><svg viewBox="0 0 26 8" aria-hidden="true">${svg`<path class="line ${kind}" d="M1 4H25"></path>`}</svg
              >${label}</span
            >`,
        )}
      </figcaption>
    </figure>
    <div class="machine">
      <p class="caption" part="caption">${unbroken(caption)}</p>
      ${
        measuring === undefined
          ? html`<button type="button" @click=${() => props.onMeasure()}>${t("speedAgain")}</button>`
          : html`<progress aria-label=${t("machineMeasuring")} max="1" .value=${measuring}></progress>
              <button type="button" @click=${() => props.onCancel()}>${t("cancel")}</button>`
      }
    </div>
    ${table && result !== undefined ? html`<div class="tables">${speedTable(props, result)}</div>` : nothing}
  </div>`;
}

function series(t: Translate<SpeedText>, result: Crossover | undefined): LogSeries[] {
  const lines: LogSeries[] = methodNames.map((method) => ({
    kind: method,
    label: t(labels[method]),
    points: (result?.points[method] ?? []).map(({ n, milliseconds }) => [n, milliseconds]),
  }));
  const last = lines.find(({ kind }) => kind === "exact")?.points.at(-1);
  if (last === undefined) return lines;
  const [n, milliseconds] = last;
  const guide = lengths.map((length): [number, number] => [length, milliseconds * (length / n) ** 2]);
  return [
    ...lines,
    { kind: "guide", label: t("speedGuide"), points: guide.filter(([, time]) => time > 1e-3), dots: false },
  ];
}

/** What was measured: machine, ratio to the loop, growth with n. */
export function speedCaption(t: Translate<SpeedText>, numbers: Numbers, result: Crossover | undefined): string {
  if (result === undefined) return t("machineMeasuring");
  const at = (method: MethodName, n: number): number => timeAt(result.points[method], n) ?? Number.NaN;
  const longest = lengths[lengths.length - 1] ?? 1;
  const common = Math.max(...lengths.filter((n) => timeAt(result.points.plain, n) !== undefined));
  const overtaken = crossing(result);
  return joinSentences(numbers.language, [
    t("speedRatio", {
      n: numbers.whole(common),
      exact: numbers.duration(at("exact", common)),
      plain: numbers.duration(at("plain", common)),
      ratio: numbers.significant(at("plain", common) / at("exact", common), 2),
    }),
    t("speedGrowth", {
      half: numbers.whole(longest / 2),
      n: numbers.whole(longest),
      factor: numbers.fixed(at("exact", longest) / at("exact", longest / 2), 1),
    }),
    overtaken === undefined ? t("speedNoCrossing") : t("speedCrossing", { n: about(overtaken) }),
    t("speedHow", {
      variant: t(result.variant === "relaxed" ? "variantRelaxed" : "variantSimd"),
      samples: result.samples,
    }),
    ...(methodNames.some((method) => result.points[method].some(({ disturbed }) => disturbed))
      ? [t("machineDisturbed")]
      : []),
  ]);
}

function speedTable({ t, numbers }: SpeedViewProps, result: Crossover): TemplateResult {
  return dataTable({
    caption: t("speedTitle", { d: headSize }),
    columns: ["n", ...methodNames.map((method) => t(labels[method]))],
    rows: lengths.map((n) => [
      numbers.whole(n),
      ...methodNames.map((method) => {
        const time = timeAt(result.points[method], n);
        return time === undefined ? "–" : numbers.duration(time);
      }),
    ]),
  });
}
