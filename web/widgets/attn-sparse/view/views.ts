import { html, nothing, svg, type TemplateResult } from "lit";
import { cells } from "../../shared/charts/cells.js";
import { ColorMap } from "../../shared/charts/color-map.js";
import { dataTable } from "../../shared/charts/data-table.js";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import { captionBelow, halfOf, type ViewProps as Shared } from "../../shared/figure-parts.js";
import { linked, type LinkedPicture, type Pointing } from "../../shared/matrices/linked.js";
import { inPercent } from "../../shared/relative.js";
import { joinSentences } from "../../shared/text.js";
import { nameOf, part } from "../caption.js";
import {
  allOf,
  countedLengths,
  drawCount,
  heardOf,
  mostLayers,
  tokenCount,
  viaOf,
  type PatternFound,
} from "../pattern.js";
import { patternNames } from "../schema.js";
import type { Speed } from "../speed.js";
import type { SparseText } from "../text.en.js";
import { unbroken } from "../../shared/unbroken.js";

export interface ViewProps extends Shared<SparseText>, Pointing {
  /** Sets the number of layers. */
  readonly onLayers: (layers: number) => void;
}

/** What is kept, and what is reached. */
function matrices({ t, dark, pointed, onPoint }: ViewProps, { kept, reach, state }: PatternFound): TemplateResult {
  const { layers } = state;
  const picture = (kind: string, name: string, share: (at: number) => number): LinkedPicture => ({
    name,
    kind,
    source: [kept, layers, dark],
    draw: (width, height) =>
      cells({
        rows: tokenCount,
        columns: tokenCount,
        share: (row, column) => share(row * tokenCount + column),
        colors: ColorMap.of(dark),
        ...{ left: 0, top: 0, width, height },
      }),
  });
  const reached = layers === 1 ? t("reachedOne") : t(dark ? "reachedDark" : "reached", { layers });
  return linked({
    kind: "two",
    label: t("matricesLabel"),
    rows: tokenCount,
    columns: tokenCount,
    pictures: [
      picture("kept", t("kept"), (at) => (kept[at] ? 0.8 : 0)),
      picture("reached", reached, (at) => {
        const first = reach.first[at] ?? 0;
        return first === 0 || first > layers ? 0 : layers === 1 ? 0.8 : 0.8 - (0.55 * (first - 1)) / (layers - 1);
      }),
    ],
    pointed,
    onPoint,
  });
}

/** What is pointed at, in words: when the query hears of the key, over whom, and of how many it hears. */
function readout({ t, numbers, pointed }: ViewProps, found: PatternFound): string {
  if (pointed === undefined) return t("readoutNone");
  const { row, column } = pointed;
  const { kept, reach, state } = found;
  const where = { row: row + 1, column: column + 1 };
  const first = reach.first[row * tokenCount + column] ?? 0;
  const via = viaOf(found, row, column);
  return joinSentences(numbers.language, [
    first === 1
      ? t("readoutKept", where)
      : state.causal && column > row
        ? t("readoutFuture", where)
        : via === undefined
          ? t("readoutNever", { ...where, layers: mostLayers })
          : t("readoutReached", { ...where, layer: first, via: via + 1 }),
    t("readoutRow", {
      row: row + 1,
      kept: kept.subarray(row * tokenCount, (row + 1) * tokenCount).reduce((sum, entry) => sum + entry, 0),
      heard: heardOf(reach, row, state.layers),
      all: state.causal ? row + 1 : tokenCount,
      layers: state.layers,
    }),
  ]);
}

/** The two matrices, how the reach grows with the layers, and the count with the length. */
export function patternView(props: ViewProps, found: PatternFound, caption: string): TemplateResult {
  const { t, numbers, width, table, onLayers } = props;
  const { state, reaches, counts, drawn } = found;
  const kindOf = (name: string): string => `method ${name}${name === state.pattern ? " chosen" : ""}`;
  const dots = (x: number, y: string): string => t("point", { x: String(x), y });
  const layers = found.reach.shares.map((_, layer) => layer + 1);
  const least = Math.min(...Object.values(reaches).flat());
  const everything = countedLengths.map((n): [number, number] => [n, allOf(n, state.causal)]);
  const lines = (of: (name: (typeof patternNames)[number]) => readonly number[], at: readonly number[]): LogLine[] =>
    patternNames.map((name) => ({
      kind: kindOf(name),
      points: of(name).map((value, i): [number, number] => [at[i] ?? Number.NaN, value]),
    }));
  const low = least / 1.3;
  return html`${matrices(props, found)}
    <p class="note readout" aria-live="polite">${readout(props, found)}</p>
    ${captionBelow(caption, props.under)}
    <div class="pair">
      ${logPlane({
        kind: "reach",
        width: halfOf(width),
        height: 250,
        x: [1, layers.length],
        y: [low, 1.08],
        xTicks: [1, 2, 4, 8, 12, 16],
        xLabel: t("reachAxis"),
        yLabel: t("reachShare"),
        formatX: String,
        formatY: (value) => `${numbers.plain(100 * value)}%`,
        summary: caption,
        name: t("reachShare"),
        lines: [
          {
            kind: "method exact",
            points: [
              [1, 1],
              [layers.length, 1],
            ],
          },
          ...lines((name) => reaches[name], layers).map((line) =>
            line.kind.includes("chosen")
              ? { ...line, dots: (x: number, y: number) => dots(x, part(numbers, y)) }
              : line,
          ),
          {
            kind: "method bigbird bare",
            points: layers.map((layer, i): [number, number] => [layer, drawn[i]?.middle ?? Number.NaN]),
            band: drawn.map(({ low, high }) => [low, high] as const),
          },
        ],
        onX: (layer) => onLayers(Math.round(layer)),
        draw: (x, y) =>
          svg`<line class="limit" x1=${x(state.layers)} x2=${x(state.layers)} y1=${y(1.08)} y2=${y(low)}></line>`,
      })}
      ${logPlane({
        kind: "count",
        width: halfOf(width),
        height: 250,
        x: [countedLengths[0], countedLengths[countedLengths.length - 1] ?? 0],
        logX: true,
        y: [Math.min(...Object.values(counts).flat()) / 1.3, 1.3 * Math.max(...everything.map(([, all]) => all))],
        xTicks: countedLengths,
        xLabel: t("countAxis"),
        yLabel: t("countShare"),
        formatX: String,
        formatY: (value) => (value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : String(value)),
        summary: t("countShare"),
        name: t("countShare"),
        lines: [{ kind: "method exact", points: everything }, ...lines((name) => counts[name], countedLengths)],
      })}
    </div>
    ${keys([["method exact", t("exact")], ...patternNames.map((name) => [kindOf(name), nameOf(t, name)] as const)])}
    <p class="note">${t("chartNote", { draws: drawCount })}</p>
    ${
      table
        ? html`${dataTable({
            caption: t("tableReach"),
            columns: [t("reachAxis"), ...patternNames.map((name) => nameOf(t, name))],
            current: state.layers - 1,
            rows: layers.map((layer, i) => [
              String(layer),
              ...patternNames.map((name) => inPercent(numbers, reaches[name][i] ?? Number.NaN, 4)),
            ]),
          })}
          ${dataTable({
            caption: t("tableCount"),
            columns: [t("countAxis"), t("exact"), ...patternNames.map((name) => nameOf(t, name))],
            rows: countedLengths.map((n, i) => [
              String(n),
              numbers.whole(allOf(n, state.causal)),
              ...patternNames.map((name) => numbers.whole(counts[name][i] ?? Number.NaN)),
            ]),
          })}`
        : nothing
    }`;
}

const megabytes = (entries: number): number => (4 * entries) / 1e6;

/** Times of exact attention and the pattern. */
export function speedView(
  { t, numbers, width }: Pick<ViewProps, "t" | "numbers" | "width">,
  speed: Speed,
  causal: boolean,
): TemplateResult {
  const { points, disturbed, variant, samples } = speed;
  const last = points.at(-1);
  if (last === undefined) return html``;
  const caption = t("timeCaption", {
    variant,
    samples,
    n: last.n,
    sparse: numbers.duration(last.sparse),
    exact: numbers.duration(last.exact),
    share: numbers.percent(last.sparse / last.exact),
    kept: numbers.percent(last.kept / allOf(last.n, causal)),
  });
  const times = points.flatMap(({ exact, sparse }) => [exact, sparse]);
  const memory = (entries: number): string => t("memory", { size: numbers.significant(megabytes(entries), 3) });
  return html`${logPlane({
      kind: "speed",
      width,
      height: 240,
      x: [points[0]?.n ?? 1, last.n],
      logX: true,
      y: [Math.min(...times) / 1.3, 1.3 * Math.max(...times)],
      xTicks: points.map(({ n }) => n),
      xLabel: t("countAxis"),
      yLabel: t("timeAxis"),
      formatX: String,
      formatY: (value) => numbers.duration(value),
      summary: caption,
      name: t("timeAxis"),
      lines: (["exact", "sparse"] as const).map((name) => ({
        kind: `method ${name}`,
        points: points.map((point): [number, number] => [point.n, point[name]]),
        dots: (x: number, y: number) => t("point", { x: String(x), y: numbers.duration(y) }),
      })),
    })}
    <p class="caption">${unbroken(caption)}</p>
    ${disturbed ? html`<p class="warning">${t("timeDisturbed")}</p>` : nothing}
    ${dataTable({
      caption: t("timeTable"),
      columns: [
        t("countAxis"),
        t("exact"),
        t("countShare"),
        t("timeAxis"),
        t("timeEach"),
        t("timeMemory"),
        t("timeMemoryAll"),
      ],
      rows: points.map(({ n, kept, exact, sparse }) => [
        String(n),
        numbers.duration(exact),
        numbers.whole(kept),
        numbers.duration(sparse),
        `${numbers.significant((1e6 * sparse) / kept, 3)} ns`,
        memory(kept),
        memory(allOf(n, causal)),
      ]),
    })}
    <p class="note">${t("timeMemoryNote")}</p>`;
}
