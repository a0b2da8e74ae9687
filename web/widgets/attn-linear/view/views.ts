import { html, nothing, svg, type TemplateResult } from "lit";
import type { Band } from "../../shared/band.js";
import { dataTable } from "../../shared/charts/data-table.js";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import { captionBelow, halfOf, type ViewProps as Shared } from "../../shared/figure-parts.js";
import { linked, type Pointing } from "../../shared/matrices/linked.js";
import { largest, matrixPicture } from "../../shared/matrices/trio.js";
import { joinSentences } from "../../shared/text.js";
import { nameOf } from "../caption.js";
import { featuresOf, negligible, spreadOf, tokenCount, uniformWeights, type Measured } from "../measure.js";
import { drawCount, lengths, surveyed, type Survey, type Surveyed } from "../survey.js";
import type { LinearText } from "../text.en.js";

export type ViewProps = Shared<LinearText> & Pointing;

/** The two matrices, their singular values, over how many keys their rows spread, and all maps beside one another. */
export function linearView(
  props: ViewProps,
  measured: Measured,
  survey: Survey | undefined,
  caption: string,
  progress: unknown,
): TemplateResult {
  const { t, dark, pointed, onPoint, table } = props;
  const { exact, linear } = measured;
  const most = largest(exact.matrix);
  return html`${linked({
      kind: "two",
      label: t("matricesLabel"),
      rows: tokenCount,
      columns: tokenCount,
      pictures: [
        matrixPicture(t("exactMatrix"), exact.matrix, most, dark),
        matrixPicture(t("linearMatrix"), linear.matrix, most, dark),
      ],
      ...{ pointed, onPoint },
    })}
    <p class="note readout" aria-live="polite">${readout(props, measured)}</p>
    ${captionBelow(caption, props.under)}
    <div class="pair">
      ${singularChart(props, measured, caption)}
      <div class="spreads">${spreadChart(props, measured, survey)} ${progress}</div>
    </div>
    ${keys([
      ["method exact", t("exactLine")],
      ["method linear", t("linearLine")],
      ["method uniform", t("uniform")],
    ])}
    <p class="note">${joinSentences(props.numbers.language, [t("rankNote"), t("bandNote", { draws: drawCount })])}</p>
    ${mapsTable(props, measured, survey)}
    ${table ? html`${survey === undefined ? nothing : spreadsTable(props, survey)} ${singularTable(props, measured)}` : nothing}`;
}

/** What is pointed at, in words. */
function readout({ t, numbers, pointed }: ViewProps, { exact, linear }: Measured): string {
  if (pointed === undefined) return t("readoutNone");
  const { row, column } = pointed;
  const at = row * tokenCount + column;
  const keysOf = ({ entropies }: Measured["exact"]): string =>
    numbers.fixed(Number.isNaN(entropies[row]) ? 0 : Math.exp(entropies[row] ?? Number.NaN), 1);
  return t("readout", {
    row: row + 1,
    column: column + 1,
    exact: numbers.significant(exact.matrix.values[at] ?? Number.NaN, 3),
    linear: numbers.significant(linear.matrix.values[at] ?? Number.NaN, 3),
    exactKeys: keysOf(exact),
    linearKeys: keysOf(linear),
  });
}

function singularChart({ t, numbers, width }: ViewProps, measured: Measured, caption: string): TemplateResult {
  const { exact, linear, features, input } = measured;
  const top = Math.max(exact.values[0] ?? 0, linear.values[0] ?? 0);
  const range = [negligible * top, 1.5 * top] as const;
  const points = (values: Float64Array): [number, number][] =>
    Array.from(values, (value, i): [number, number] => [i + 1, value]).filter(([, value]) => value >= range[0]);
  return logPlane({
    kind: "singular",
    width: halfOf(width),
    height: 250,
    x: [1, tokenCount],
    y: range,
    xTicks: [1, 8, 16, 32, 48, 64],
    xLabel: t("singular"),
    yLabel: t("singularValue"),
    formatX: String,
    formatY: (value) => numbers.significant(value, 1),
    summary: caption,
    name: t("singularValue"),
    lines: [
      { kind: "method exact", points: points(exact.values) },
      { kind: "method linear", points: points(linear.values) },
    ],
    // With keys hidden the number of features is no limit.
    ...(!input.causal &&
      input.near === 0 && {
        draw: (x, y) =>
          svg`<line class="limit" x1=${x(features)} x2=${x(features)} y1=${y(range[0])} y2=${y(range[1])}></line>
          <text x=${x(features) + 5} y=${y(range[0]) - 6}>${t("rankMark", { features })}</text>`,
      }),
  });
}

function spreadChart(
  { t, numbers, width }: ViewProps,
  { input }: Measured,
  survey: Survey | undefined,
): TemplateResult {
  const averaging = lengths.map((n) => [n, spreadOf(uniformWeights(n, input), n)] as const);
  const last = lengths[lengths.length - 1] ?? 1;
  const dots = (x: number, y: number): string => t("point", { x: String(x), y: numbers.fixed(y, 1) });
  const line = (kind: string, name: Surveyed): LogLine[] => {
    if (survey === undefined) return [];
    const bands = survey.spreads[name];
    return [
      {
        kind,
        points: bands.map(({ middle }, i): [number, number] => [lengths[i] ?? Number.NaN, middle]),
        band: bands.map(({ low, high }) => [low, high] as const),
        dots,
      },
    ];
  };
  return logPlane({
    kind: "spread",
    width: halfOf(width),
    height: 250,
    x: [lengths[0], last],
    logX: true,
    y: [1, 1.2 * last],
    xTicks: lengths,
    xLabel: t("tokens"),
    yLabel: t("keysPerRow"),
    formatX: String,
    formatY: String,
    summary: t("keysPerRow"),
    name: t("keysPerRow"),
    lines: [
      { kind: "method uniform", points: averaging },
      ...line("method exact", "exact"),
      ...line("method linear", input.map),
    ],
  });
}

const labelOf = (t: ViewProps["t"], name: Surveyed): string => (name === "exact" ? t("exactMatrix") : nameOf(t, name));

/** Softmax, every map and averaging beside one another, at the length of the matrices; dots for what is on its way. */
function mapsTable({ t, numbers }: ViewProps, { input }: Measured, survey: Survey | undefined): TemplateResult {
  const at = lengths.indexOf(tokenCount);
  const row = (label: string, features: string, rank: number | undefined, band: Band | undefined): string[] => {
    const shown = (text: (band: Band) => string): string => (band === undefined ? "…" : text(band));
    return [
      label,
      rank === undefined ? "…" : String(rank),
      shown(({ middle }) => numbers.fixed(middle, 1)),
      shown(({ low, high }) =>
        low === high ? "–" : t("range", { low: numbers.fixed(low, 1), high: numbers.fixed(high, 1) }),
      ),
      shown(({ middle }) => numbers.fixed(Math.log(middle), 2)),
      features,
    ];
  };
  const averaging = survey?.uniform[at];
  const flat = averaging === undefined ? undefined : { low: averaging, middle: averaging, high: averaging };
  return dataTable({
    caption: t("tableMaps", { n: tokenCount }),
    columns: [t("map"), t("tableRank"), t("tableKeys"), t("tableRange"), t("tableEntropy"), t("tableFeatures")],
    current: surveyed.indexOf(input.map),
    rows: [
      ...surveyed.map((name) =>
        row(
          labelOf(t, name),
          name === "exact" ? "–" : String(featuresOf(name, input.d)),
          survey?.ranks[name],
          survey?.spreads[name][at],
        ),
      ),
      row(t("uniform"), "–", survey?.uniformRank, flat),
    ],
  });
}

function spreadsTable({ t, numbers }: ViewProps, { spreads, uniform }: Survey): TemplateResult {
  return dataTable({
    caption: t("tableSpread"),
    columns: [t("tokens"), ...surveyed.map((name) => labelOf(t, name)), t("uniform")],
    current: lengths.indexOf(tokenCount),
    rows: lengths.map((n, i) => [
      String(n),
      ...[...surveyed.map((name) => spreads[name][i]?.middle), uniform[i]].map((value) =>
        numbers.fixed(value ?? Number.NaN, 2),
      ),
    ]),
  });
}

function singularTable({ t, numbers }: ViewProps, { exact, linear }: Measured): TemplateResult {
  return dataTable({
    caption: t("tableSingular"),
    columns: [t("singular"), t("exactLine"), t("linearLine")],
    rows: Array.from(exact.values, (value, i) => [
      String(i + 1),
      numbers.significant(value, 3),
      numbers.significant(linear.values[i] ?? Number.NaN, 3),
    ]),
  });
}
