import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { cells } from "../../shared/charts/cells.js";
import { ColorMap, tone } from "../../shared/charts/color-map.js";
import { logPlane } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import { joinSentences } from "../../shared/text.js";
import type { Matrix } from "../../shared/matrices/softmax.js";
import type { Matrices } from "../matrices.js";
import { tokenCount } from "../problem.js";
import { captionBelow, type ViewProps } from "./parts.js";
import { errorsTable, singularTable } from "./tables.js";

export interface Entry {
  readonly row: number;
  readonly column: number;
}

export interface MatricesViewProps extends ViewProps {
  readonly dark: boolean;
  readonly pointed: Entry | undefined;
  readonly onPoint: (entry: Entry | undefined) => void;
}

/** Side of a matrix in its own units. */
const side = 240;
const steps: Readonly<Record<string, Entry>> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};
const within = (index: number): number => Math.min(tokenCount - 1, Math.max(0, index));

/** Exact, approximated, their difference; the singular values of both; the ruler. */
export function matricesView(props: MatricesViewProps, matrices: Matrices): TemplateResult {
  const { t, numbers, caption, pointed, onPoint, dark } = props;
  const { exact, performer } = matrices;
  const most = exact.values.reduce((a, b) => Math.max(a, b), 0);
  const difference: Matrix = { ...exact, values: performer.values.map((value, i) => value - (exact.values[i] ?? 0)) };
  const picture = (key: "exact" | "performer" | "difference", matrix: Matrix): TemplateResult => {
    const signed = key === "difference";
    const shares = (row: number, column: number): number => {
      const value = matrix.values[row * matrix.columns + column] ?? Number.NaN;
      return signed ? 0.5 + 0.5 * Math.sign(value) * tone(Math.abs(value), most) : tone(value, most);
    };
    return html`<figure>
      <figcaption>${t(key)}</figcaption>
      <svg class="plane matrix" viewBox="0 0 ${side} ${side}" role="img" aria-label=${t(key)} data-name=${t(key)}>
        ${guard([matrices, dark, key], () =>
          cells({
            rows: matrix.rows,
            columns: matrix.columns,
            share: shares,
            colors: signed ? ColorMap.signed(dark) : ColorMap.of(dark),
            left: 0,
            top: 0,
            width: side,
            height: side,
          }),
        )}
        ${mark(pointed)}
      </svg>
    </figure>`;
  };
  return html`<div
      class="trio"
      role="application"
      tabindex="0"
      aria-label=${t("matricesLabel")}
      @pointermove=${(event: PointerEvent) => {
        if (event.pointerType !== "touch") onPoint(entryAt(event));
      }}
      @pointerleave=${() => onPoint(undefined)}
      @click=${(event: PointerEvent) => onPoint(entryAt(event))}
      @keydown=${(event: KeyboardEvent) => {
        const step = steps[event.key];
        if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        const from = pointed ?? { row: 0, column: 0 };
        onPoint({ row: within(from.row + step.row), column: within(from.column + step.column) });
      }}
    >
      ${picture("exact", exact)} ${picture("performer", performer)} ${picture("difference", difference)}
    </div>
    <p class="note readout" aria-live="polite">${readout()}</p>
    ${captionBelow(caption)} ${errorsTable(t, numbers, matrices)} ${singularChart(props, matrices)}
    ${keys([
      ["method exact", t("exact")],
      ["method performer", t("performer")],
    ])}
    ${props.table ? singularTable(t, numbers, matrices) : nothing}`;

  function readout(): string {
    if (pointed === undefined) return joinSentences(numbers.language, [t("differenceScale"), t("readoutNone")]);
    const at = pointed.row * tokenCount + pointed.column;
    return t("readout", {
      row: pointed.row + 1,
      column: pointed.column + 1,
      exact: numbers.significant(exact.values[at] ?? Number.NaN, 3),
      performer: numbers.significant(performer.values[at] ?? Number.NaN, 3),
    });
  }
}

function mark(pointed: Entry | undefined): unknown {
  if (pointed === undefined) return nothing;
  const cell = side / tokenCount;
  const [x, y] = [pointed.column * cell, pointed.row * cell];
  return svg`<path class="cross" d="M0 ${y}H${side}M0 ${y + cell}H${side}M${x} 0V${side}M${x + cell} 0V${side}"></path>`;
}

function entryAt(event: MouseEvent): Entry | undefined {
  const picture = event.target instanceof Element ? event.target.closest("svg.matrix") : null;
  if (picture === null) return undefined;
  const box = picture.getBoundingClientRect();
  const place = (share: number): number => within(Math.floor(share * tokenCount));
  return { row: place((event.clientY - box.top) / box.height), column: place((event.clientX - box.left) / box.width) };
}

const least = 1e-6;

function singularChart(props: ViewProps, { exactValues, performerValues, width }: Matrices): TemplateResult {
  const { t, numbers } = props;
  const most = 1.5 * Math.max(1, exactValues[0] ?? 0, performerValues[0] ?? 0);
  const points = (values: Float64Array): [number, number][] => Array.from(values, (value, i) => [i + 1, value]);
  return logPlane({
    kind: "singular",
    width: props.width,
    height: 210,
    x: [1, tokenCount],
    y: [least, most],
    xTicks: [1, 8, 16, 24, 32, 40, 48],
    xLabel: t("singular"),
    yLabel: t("singularValue"),
    formatX: String,
    formatY: (value) => power(value),
    summary: t("singular"),
    name: t("singular"),
    lines: [
      { kind: "method exact", points: points(exactValues) },
      { kind: "method performer", points: points(performerValues).filter(([, value]) => value >= least) },
    ],
    ...(width < tokenCount && {
      draw: (x, y) =>
        svg`<line class="limit" x1=${x(width)} x2=${x(width)} y1=${y(most)} y2=${y(least)}></line>
          <text x=${x(width) + (width > 30 ? -5 : 5)} y=${y(most) + 12} text-anchor=${width > 30 ? "end" : "start"}>${t("rankMark", { rank: numbers.whole(width) })}</text>`,
    }),
  });
}

/** 10⁻³ and its like. */
export function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  const digits = Array.from(String(Math.abs(exponent)), (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "").join("");
  return exponent === 0 ? "1" : exponent === 1 ? "10" : `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
