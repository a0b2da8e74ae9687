import { html, nothing, type TemplateResult } from "lit";
import { cells } from "../../shared/charts/cells.js";
import { ColorMap } from "../../shared/charts/color-map.js";
import { dataTable } from "../../shared/charts/data-table.js";
import { captionBelow } from "../../shared/figure-parts.js";
import { linked, type LinkedPicture } from "../../shared/matrices/linked.js";
import { inPercent } from "../../shared/relative.js";
import { better, errorsOf, middle, share, totalsOf } from "../caption.js";
import type { HeadsMeasured } from "../measure.js";
import { methodNames, type MethodName } from "../methods.js";
import { allNames, nameOf, shortName, type ViewProps } from "./parts.js";

/** Factors of two on each side of averaging. */
const octaves = 2;

export interface LayersProps extends ViewProps {
  /** Layers of the model, from 1. */
  readonly layers: readonly number[];
  readonly measured: readonly HeadsMeasured[];
  readonly caption: string;
  readonly chosen: { readonly layer: number; readonly head: number };
  readonly onChoose: (layer: number, head: number) => void;
}

/** How much nearer than averaging every method comes in every head of every layer. */
export function layersView(props: LayersProps): TemplateResult {
  const { t, numbers, dark, layers, measured, caption, chosen, pointed, onPoint, onChoose, table } = props;
  const { heads = 1, budget = 1 } = measured[0] ?? {};
  const { methods, heads: all } = totalsOf(measured);
  const picture = (name: MethodName): LinkedPicture => ({
    name: t("betterIn", { name: nameOf(t, name, budget), better: methods[name].better, heads: all }),
    source: [measured, dark],
    draw: (width, height) =>
      cells({
        rows: layers.length,
        columns: heads,
        share: (row, column) => placeOf(measured[row], name, column),
        colors: ColorMap.signed(dark),
        ...{ left: 0, top: 0, width, height },
      }),
  });
  const current = { row: Math.max(0, layers.indexOf(chosen.layer)), column: chosen.head - 1 };
  const within = pointed !== undefined && pointed.row < layers.length && pointed.column < heads;
  return html`${linked({
      kind: "grids",
      label: t("layersLabel"),
      rows: layers.length,
      columns: heads,
      ratio: layers.length / heads,
      pictures: methodNames.map(picture),
      pointed: within ? pointed : current,
      onPoint,
      onChoose: ({ row, column }) => onChoose(layers[row] ?? 1, column + 1),
    })}
    <p class="note readout" aria-live="polite">${readout(props, within ? pointed : current)}</p>
    ${captionBelow(caption, props.under)}
    <p class="note">${t("layersNote")}</p>
    ${dataTable({
      caption: t("tableLayers"),
      columns: [t("layer"), ...allNames.map((name) => shortName(t, name)), t("tableBetter")],
      current: layers.indexOf(chosen.layer),
      rows: measured.map((layer, i) => [
        String(layers[i]),
        ...allNames.map((name) => share(numbers, middle(errorsOf(layer, name)))),
        t("betterOf", {
          better: better(errorsOf(layer, "performer"), errorsOf(layer, "uniform")),
          heads: layer.heads,
        }),
      ]),
    })}
    ${table ? headsTable(props) : nothing}`;
}

/** On the signed colors: as far off as averaging lies in the middle. */
function placeOf(layer: HeadsMeasured | undefined, name: MethodName, head: number): number {
  if (layer === undefined) return Number.NaN;
  const ratio = (errorsOf(layer, name)[head] ?? Number.NaN) / (layer.errors.uniform[head] ?? Number.NaN);
  return 0.5 + Math.max(-1, Math.min(1, Math.log2(ratio) / octaves)) / 2;
}

function readout(
  { t, numbers, layers, measured }: LayersProps,
  { row, column }: { readonly row: number; readonly column: number },
): string {
  const layer = measured[row];
  if (layer === undefined) return "";
  const of = (name: MethodName | "uniform"): string => share(numbers, errorsOf(layer, name)[column] ?? Number.NaN);
  return t("layersReadout", {
    layer: layers[row] ?? 0,
    head: column + 1,
    performer: of("performer"),
    nystrom: of("nystrom"),
    linear: of("linear"),
    sparse: of("sparse"),
    uniform: of("uniform"),
  });
}

function headsTable({ t, numbers, layers, measured }: LayersProps): TemplateResult {
  return dataTable({
    caption: t("tableHeads"),
    columns: [`${t("layer")}, ${t("heads")}`, ...allNames.map((name) => shortName(t, name))],
    rows: measured.flatMap((layer, i) =>
      Array.from({ length: layer.heads }, (_, head) => [
        `${layers[i] ?? 0}, ${head + 1}`,
        ...allNames.map((name) => inPercent(numbers, errorsOf(layer, name)[head] ?? Number.NaN)),
      ]),
    ),
  });
}
