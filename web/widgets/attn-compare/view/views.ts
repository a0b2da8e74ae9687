import { html, nothing, svg, type TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import { logPlane, type LogLine } from "../../shared/charts/log-plane.js";
import { keys } from "../../shared/controls.js";
import { captionBelow } from "../../shared/figure-parts.js";
import { errorsTable } from "../../shared/matrices/errors-table.js";
import { linked } from "../../shared/matrices/linked.js";
import { averaged, largest, matrixPicture } from "../../shared/matrices/trio.js";
import { inPercent } from "../../shared/relative.js";
import type { Matrix } from "../../shared/matrices/softmax.js";
import { joinSentences } from "../../shared/text.js";
import { errorsOf } from "../caption.js";
import { seedCount, type HeadMeasured, type HeadsMeasured } from "../measure.js";
import { methodNames, type MethodName } from "../methods.js";
import { allNames, nameOf, type ViewProps } from "./parts.js";

/** Errors of every head under every method; a click chooses a head. */
export function headsView(
  props: ViewProps,
  measured: HeadsMeasured,
  chosen: number,
  caption: string,
  onHead: (head: number) => void,
): TemplateResult {
  const { t, numbers, width } = props;
  const { heads, budget, performer, best } = measured;
  const dots = (head: number, error: number): string =>
    t("point", { head: String(head), error: numbers.percent(error) });
  const line = (values: readonly number[]): [number, number][] => values.map((error, head) => [head + 1, error]);
  const lines: LogLine[] = allNames.map((name) => ({
    kind: `method ${name}`,
    points: line(errorsOf(measured, name)),
    dots,
    ...(name === "performer" && { band: performer.map(({ low, high }) => [low, high] as const) }),
  }));
  if (best !== undefined) lines.push({ kind: "method best", points: line(best), dots });
  const names = [...allNames, ...(best === undefined ? [] : (["best"] as const))];
  const all = lines.flatMap(({ points, band = [] }) => [...points, ...band].map(([, error]) => error));
  const known = all.filter((error) => error > 1e-5 && Number.isFinite(error));
  const range = [Math.min(...known) / 1.2, Math.max(...known) * 1.2] as const;
  return html`${logPlane({
      kind: "heads",
      width,
      height: Math.min(380, 180 + width / 4),
      x: [0.5, heads + 0.5],
      y: range,
      xTicks: Array.from({ length: heads }, (_, head) => head + 1),
      xLabel: t("heads"),
      yLabel: t("outputError"),
      formatX: String,
      formatY: (value) => `${numbers.plain(100 * value)}%`,
      summary: caption,
      name: t("outputError"),
      lines,
      draw: (x, y) => {
        const band = x(2) - x(1);
        return svg`<rect class="chosen" x=${x(chosen) - band / 2} width=${band} y=${y(range[1])} height=${y(range[0]) - y(range[1])}></rect>
      ${Array.from({ length: heads }, (_, head) => svg`<rect class="pick" x=${x(head + 1) - band / 2} width=${band} y=${y(range[1])} height=${y(range[0]) - y(range[1])} @click=${() => onHead(head + 1)}></rect>`)}`;
      },
    })}
    ${keys(names.map((name) => [`method ${name}`, nameOf(t, name, budget)] as const))}
    ${captionBelow(caption, props.under)}
    <p class="note">${t("bandNote", { seeds: seedCount })}</p>
    ${
      props.table
        ? dataTable({
            caption: t("tableHeads"),
            columns: [t("heads"), ...names.map((name) => nameOf(t, name, budget))],
            current: chosen - 1,
            rows: Array.from({ length: heads }, (_, head) => [
              String(head + 1),
              ...lines.map(({ points }) => inPercent(numbers, points[head]?.[1] ?? Number.NaN)),
            ]),
          })
        : nothing
    }`;
}

/** The matrices of one head, and the ruler. */
export function headView(props: ViewProps, measured: HeadMeasured): TemplateResult {
  const { t, numbers, dark, pointed, onPoint } = props;
  const { exact, matrices, errors, budget, head } = measured;
  const shown = picturesOf(measured);
  const most = largest(shown.exact);
  const notes = [
    t("matrixNote", { head: head + 1 }),
    ...(shown.exact.block > 1 ? [t("averagedNote", { block: shown.exact.block })] : []),
  ];
  const readout = (): string => {
    const at = pointed === undefined ? Number.NaN : pointed.row * exact.columns + pointed.column;
    if (pointed === undefined || !(at < exact.values.length)) return t("readoutNone");
    const of = ({ values }: Matrix): string => numbers.significant(values[at] ?? Number.NaN, 2);
    return t("readout", {
      row: pointed.row + 1,
      column: pointed.column + 1,
      exact: of(exact),
      performer: of(matrices.performer),
      nystrom: of(matrices.nystrom),
      linear: of(matrices.linear),
      sparse: of(matrices.sparse),
    });
  };
  return html`<p class="note">${joinSentences(numbers.language, notes)}</p>
    ${linked({
      kind: "five",
      label: t("matricesLabel"),
      rows: exact.rows,
      columns: exact.columns,
      pictures: [
        matrixPicture(t("exact"), shown.exact, most, dark),
        ...methodNames.map((name) => matrixPicture(nameOf(t, name, budget), shown[name], most, dark)),
      ],
      pointed,
      onPoint,
      note: readout(),
    })}
    ${errorsTable({
      numbers,
      caption: t("tableErrors", { head: head + 1 }),
      rows: [...allNames, "best" as const].map((name) => [nameOf(t, name, budget), errors[name]] as const),
    })}`;
}

type Shown = Readonly<Record<MethodName | "exact", ReturnType<typeof averaged>>>;
const pictures = new WeakMap<HeadMeasured, Shown>();

/** Matrices as they are drawn: the same as long as they belong to the same measurement. */
function picturesOf(measured: HeadMeasured): Shown {
  const known = pictures.get(measured);
  if (known !== undefined) return known;
  const each = methodNames.map((name) => [name, averaged(measured.matrices[name])] as const);
  const shown = { exact: averaged(measured.exact), ...Object.fromEntries(each) } as Shown;
  pictures.set(measured, shown);
  return shown;
}
