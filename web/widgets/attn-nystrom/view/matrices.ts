import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { cells } from "../../shared/charts/cells.js";
import { ColorMap, tone } from "../../shared/charts/color-map.js";
import { joinSentences } from "../../shared/text.js";
import type { Matrix } from "../../shared/matrices/softmax.js";
import type { Matrices } from "../matrices.js";
import { tokenCount } from "../problem.js";
import { captionBelow, type ViewProps } from "./parts.js";
import { errorsTable } from "./tables.js";

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
const mostOf = ({ values }: Matrix): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function colored(matrix: Matrix, most: number, signed: boolean, dark: boolean, place: Place): SVGTemplateResult {
  return cells({
    rows: matrix.rows,
    columns: matrix.columns,
    share: (row, column) => {
      const value = matrix.values[row * matrix.columns + column] ?? Number.NaN;
      return signed ? 0.5 + 0.5 * Math.sign(value) * tone(Math.abs(value), most) : tone(value, most);
    },
    colors: signed ? ColorMap.signed(dark) : ColorMap.of(dark),
    ...place,
  });
}

/** Exact, approximated, their difference; the three factors; the ruler. */
export function matricesView(props: MatricesViewProps, matrices: Matrices): TemplateResult {
  const { t, numbers, caption, pointed, onPoint, dark } = props;
  const { exact, nystrom } = matrices;
  const most = mostOf(exact);
  const difference: Matrix = { ...exact, values: nystrom.values.map((value, i) => value - (exact.values[i] ?? 0)) };
  const picture = (key: "exact" | "nystrom" | "difference", matrix: Matrix): TemplateResult =>
    html`<figure>
      <figcaption>${t(key)}</figcaption>
      <svg class="plane matrix" viewBox="0 0 ${side} ${side}" role="img" aria-label=${t(key)} data-name=${t(key)}>
        ${guard([matrices, dark, key], () =>
          colored(matrix, most, key === "difference", dark, { left: 0, top: 0, width: side, height: side }),
        )}
        ${mark(pointed)}
      </svg>
    </figure>`;
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
      ${picture("exact", exact)} ${picture("nystrom", nystrom)} ${picture("difference", difference)}
    </div>
    <p class="note readout" aria-live="polite">${readout()}</p>
    <figure>
      <figcaption>${t("factorsTitle")}</figcaption>
      ${factors(props, matrices)}
    </figure>
    ${captionBelow(caption)} ${errorsTable(t, numbers, matrices)}`;

  function readout(): string {
    if (pointed === undefined) return joinSentences(numbers.language, [t("differenceScale"), t("readoutNone")]);
    const at = pointed.row * tokenCount + pointed.column;
    return t("readout", {
      row: pointed.row + 1,
      column: pointed.column + 1,
      exact: numbers.significant(exact.values[at] ?? Number.NaN, 3),
      nystrom: numbers.significant(nystrom.values[at] ?? Number.NaN, 3),
    });
  }
}

/** F, M and B beside each other, in the proportions of their sizes as far as they can be seen. */
function factors(props: MatricesViewProps, matrices: Matrices): TemplateResult {
  const { t, width, dark, pointed } = props;
  const { queryFactor, middle, keyFactor } = matrices;
  const [gap, top] = [16, 20];
  const whole = Math.floor((width - 2 * gap) / 3);
  const narrow = Math.round(whole * Math.max(0.3, middle.rows / tokenCount));
  const places = {
    F: { left: 0, top, width: narrow, height: whole },
    M: { left: narrow + gap, top, width: narrow, height: narrow },
    B: { left: 2 * (narrow + gap), top, width: whole, height: narrow },
  } as const;
  const all = [
    ["F", queryFactor, false],
    ["M", middle, true],
    ["B", keyFactor, false],
  ] as const;
  const cell = whole / tokenCount;
  return html`<svg
    class="plane factors"
    viewBox="0 0 ${width} ${whole + top + 1}"
    role="img"
    aria-label=${t("factorsLabel")}
    data-name=${t("factorsTitle")}
  >
    ${all.map(([name, matrix, signed]) => {
      const place = places[name];
      return svg`<text x=${place.left} y="13">${name}</text>
        ${guard([matrices, dark, name, width], () => colored(matrix, mostOf(matrix), signed, dark, place))}
        <rect class="frame" x=${place.left} y=${place.top} width=${place.width} height=${place.height}></rect>`;
    })}
    ${
      pointed === undefined
        ? nothing
        : svg`<rect class="cross" x="0" y=${top + pointed.row * cell} width=${narrow} height=${cell}></rect>
          <rect class="cross" x=${places.B.left + pointed.column * cell} y=${top} width=${cell} height=${narrow}></rect>`
    }
  </svg>`;
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
