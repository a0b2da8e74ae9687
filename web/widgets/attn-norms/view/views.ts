import { html, nothing, type TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import { keys } from "../../shared/controls.js";
import { captionBelow, type CaptionedProps } from "../../shared/figure-parts.js";
import type { Numbers } from "../../shared/format.js";
import { compareLine } from "../caption.js";
import { entryOf } from "../exports.js";
import type { Run } from "../norms.js";
import type { Textbook } from "../textbook.js";
import { reach, type NormName } from "../schema.js";
import type { NormsText } from "../text.en.js";
import { matrix, type MatrixProps } from "./matrix.js";
import { labeled } from "../../shared/text.js";

export interface ViewProps extends CaptionedProps<NormsText> {
  /** Ten to this is the unit of x. */
  readonly size: number;
  /** What was added to every entry; they are drawn without it. */
  readonly added: number;
  readonly onChoose: (index: number) => void;
  /** In units of the size. */
  readonly onValue: (index: number, value: number) => void;
}

/** Two pictures side by side, or one below the other where it would be too narrow. */
const half = (width: number): number => (width >= 660 ? Math.floor((width - 24) / 2) : width);

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((so, value) => Math.max(so, Math.abs(value)), 0);

/** 1, 2 or 5 times a power of ten, and not less than `value`. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((digit) => digit * power >= value * (1 - 1e-6)) ?? 10) * power;
}

/** Two decimals, never −0.00; what is too long for a cell by its power of ten. */
const cellText =
  (numbers: Numbers) =>
  (value: number): string =>
    Math.abs(value) < 1000 || !Number.isFinite(value)
      ? numbers.fixed(Math.abs(value) < 0.005 ? 0 : value, 2)
      : numbers.significant(value, Math.abs(value) < 1e5 ? 3 : 1);

function parts(
  { t }: ViewProps,
  { place, slices }: Run,
): Pick<MatrixProps, "place" | "slices" | "sampleLabel" | "channelsLabel"> {
  return { place, slices, sampleLabel: (sample) => t("sampleRow", { sample }), channelsLabel: t("channels") };
}

const legend = (t: ViewProps["t"]): TemplateResult =>
  keys([
    ["together", t("keyTogether")],
    ["slice", t("keySlice")],
    ["after plus", t("keyPlus")],
    ["after minus", t("keyMinus")],
  ]);

const below = ({ t, caption, under }: ViewProps, note: string): TemplateResult =>
  html`${legend(t)} ${captionBelow(caption, under)}
    <p class="note">${note}</p>`;

/** A name with its unit, where that is not 1. */
const named = ({ t, numbers }: ViewProps, name: string, unit: number): string =>
  unit === 1 ? name : t("unit", { name, unit: numbers.significant(unit, 1) });

/** x and y. */
export function forwardView(props: ViewProps, run: Run): TemplateResult {
  const { t, numbers, caption, onChoose, onValue } = props;
  const unit = 10 ** props.size;
  const width = half(props.width);
  const shared = { ...parts(props, run), width, format: cellText(numbers), onChoose };
  // A norm's usual scale, so that an output that stays small looks small.
  const full = Math.max(run.norm === "l2" ? 1 : 3, Math.ceil(largest(run.y) - 1e-6));
  return html`<div class="pair">
      ${matrix({
        ...shared,
        values: Array.from(run.x, (value) => (value - props.added) / unit),
        full: reach,
        title: named(
          props,
          props.added > 0 ? t("less", { name: t("x"), offset: numbers.significant(props.added, 1) }) : t("x"),
          unit,
        ),
        summary: `${t("x")}. ${caption}`,
        onDrag: (index, from, share) => onValue(index, from + share * 2 * reach),
      })}
      ${matrix({ ...shared, values: run.y, full, title: t("y"), summary: t("y") })}
    </div>
    ${below(props, t("scaleNote", { x: numbers.significant(reach * unit, 1), y: numbers.plain(full) }))}
    ${props.table ? entriesTable(props, run) : nothing}`;
}

/** What comes in at y and goes on to x. */
export function backwardView(props: ViewProps, run: Run): TemplateResult {
  const { t, numbers, caption, onChoose } = props;
  const width = half(props.width);
  const [incoming, unit] = [Math.max(1, roundUp(largest(run.dy))), 10 ** -props.size];
  // Rounding alone is not drawn as if it were something.
  const going = roundUp(Math.max(largest(run.dx), 1e-3 * largest(run.dy) * unit));
  const shared = { ...parts(props, run), width, format: cellText(numbers), onChoose };
  return html`<div class="pair">
      ${matrix({ ...shared, values: run.dy, full: incoming, title: t("dy"), summary: `${t("dy")}. ${caption}` })}
      ${matrix({
        ...shared,
        values: Array.from(run.dx, (value) => value / unit),
        full: going / unit,
        title: named(props, t("dx"), unit),
        summary: t("dx"),
      })}
    </div>
    ${below(props, t("gradientNote", { x: numbers.plain(incoming), y: numbers.significant(going, 1) }))}
    ${props.table ? entriesTable(props, run) : nothing}`;
}

/** The outputs of a textbook's program in single precision, and the kernel's. */
export function precisionView(props: ViewProps, run: Run, by: Textbook): TemplateResult {
  const { t, numbers, caption, onChoose } = props;
  const full = run.norm === "l2" ? 1 : 3;
  const shared = { ...parts(props, run), width: half(props.width), format: cellText(numbers), full, onChoose };
  return html`<div class="pair">
      ${matrix({ ...shared, values: by.y, title: t("yTextbook"), summary: `${t("yTextbook")}. ${caption}` })}
      ${matrix({ ...shared, values: run.y, title: t("yKernel"), summary: t("yKernel") })}
    </div>
    ${below(props, t("precisionNote", { y: numbers.plain(full) }))}
    ${props.table ? precisionTable(props, run, by) : nothing}`;
}

/** The outputs of all six, small. */
export function compareView(props: ViewProps, runs: readonly Run[], onOpen: (norm: NormName) => void): TemplateResult {
  const { t, numbers, caption } = props;
  const columns = props.width > 500 ? 3 : 2;
  const width = Math.floor((props.width - 16 * (columns - 1)) / columns);
  return html`${captionBelow(caption)} ${legend(t)}
    <ul class="cards">
      ${runs.map((run) => {
        const line = compareLine(t, numbers, run);
        return html`<li>
          <p class="name">${t(run.norm)}</p>
          ${matrix({ ...parts(props, run), values: run.y, full: run.norm === "l2" ? 1 : 3, width, title: t(run.norm), summary: labeled(numbers.language, t(run.norm), line) })}
          <p>${line}</p>
          <button type="button" @click=${() => onOpen(run.norm)}>${t("compareOpen")}</button>
        </li>`;
      })}
    </ul>
    ${props.table ? compareTable(props, runs) : nothing}`;
}

const entryName = (index: number, run: Run): string => entryOf(index, run.place).join(" · ");

function entriesTable({ t, numbers }: ViewProps, run: Run): TemplateResult {
  const cell = (value: number | undefined): string => numbers.significant(value ?? Number.NaN, 5);
  return dataTable({
    caption: labeled(numbers.language, t("tableEntries"), t(run.norm)),
    columns: [t("tableEntry"), t("tableSlice"), "x", "y", "∂L/∂y", "∂L/∂x"],
    current: run.place.index,
    rows: Array.from(run.x, (value, i) => [
      entryName(i, run),
      String((run.slices[i] ?? 0) + 1),
      ...[value, run.y[i], run.dy[i], run.dx[i]].map(cell),
    ]),
  });
}

function precisionTable({ t, numbers }: ViewProps, run: Run, by: Textbook): TemplateResult {
  return dataTable({
    caption: labeled(numbers.language, t("tableEntries"), t(run.norm)),
    columns: [t("tableEntry"), t("tableSlice"), "x", t("yTextbook"), t("yKernel")],
    current: run.place.index,
    rows: Array.from(run.x, (value, i) => [
      entryName(i, run),
      String((run.slices[i] ?? 0) + 1),
      numbers.significant(value, 9),
      ...[by.y[i], run.y[i]].map((each) => numbers.significant(each ?? Number.NaN, 5)),
    ]),
  });
}

function compareTable({ t, numbers }: ViewProps, runs: readonly Run[]): TemplateResult {
  const [first] = runs;
  if (first === undefined) return html``;
  return dataTable({
    caption: t("tableCompare"),
    columns: [t("tableEntry"), "x", ...runs.map(({ norm }) => t(norm))],
    rows: Array.from(first.x, (value, i) => [
      entryName(i, first),
      ...[value, ...runs.map(({ y }) => y[i] ?? Number.NaN)].map((each) => numbers.significant(each, 5)),
    ]),
  });
}
