import { html, nothing, type TemplateResult } from "lit";
import { captionFor, type Scene, type View } from "../scene.js";
import { mostOf } from "../thumbnails.js";
import { who } from "../who.js";
import { entropyChart } from "./entropy-chart.js";
import { waitingText } from "./head-view.js";
import { inspector } from "./inspector.js";
import { machine } from "./machine.js";
import { mapFigure } from "./map-figure.js";
import { unbroken } from "../../shared/unbroken.js";

/** The weights of a head: its map, the chosen entry, the entropy of every row; and how fast this machine is. */
export function weightsView(scene: Scene, map: HTMLElement, under: unknown): TemplateResult {
  const { t, numbers, dark, shown } = scene;
  const waiting = waitingText(scene);
  return html`<div class="pictures stage">
      ${mapFigure({
        t,
        numbers,
        map,
        grid: shown?.analysis.grid,
        waiting,
        most: shown === undefined ? 1 : mostOf(shown.data.nK, shown.analysis.grid),
        dark,
      })}
      ${under}
      <div class="side">${shown === undefined ? nothing : side(scene, shown)}</div>
      <p class="caption" part="caption">${shown === undefined ? nothing : unbroken(captionFor(t, numbers, shown))}</p>
    </div>
    ${speedHere(scene)}`;
}

function side(scene: Scene, { data, analysis, row, query, column, scale }: View): TemplateResult {
  const { t, numbers, widths, onHover, onChoose } = scene;
  return html`${inspector({
    t,
    numbers,
    query: data.queryTokens?.[query],
    queryIndex: query,
    key: data.keyTokens?.[column],
    keyIndex: column,
    row,
    scale,
    d: data.d,
  })}
  ${entropyChart({
    t,
    numbers,
    analysis,
    scale,
    width: Math.max(200, widths.side),
    query,
    who: who(t, data.queryTokens, query),
    onHover,
    onChoose,
  })}`;
}

function speedHere({ t, numbers, lab, data, measurement }: Scene): TemplateResult {
  return machine({
    t,
    numbers,
    here: measurement.here,
    fair: measurement.fair,
    standIn: data?.v === undefined,
    measuring: measurement.running,
    able: lab !== undefined,
    onMeasure: () => void measurement.measureFairSize(),
    onCancel: () => measurement.cancel(),
  });
}
