import type { SvgFile } from "../shared/charts/heat-map-svg.js";
import { chartFile } from "../shared/charts/svg-file.js";
import type { FileKind } from "../shared/take-away/bar.js";
import type { TakeAway } from "../shared/take-away/take-away.js";
import { scaleLabels } from "./caption.js";
import { modelLayers, modelName } from "./data/shipped.js";
import { mapSvg, weightsCsv } from "./exports.js";
import type { Scene } from "./scene.js";
import { crossoverCsv } from "./speed/csv.js";
import { captionOfSpeed } from "./speed/picture.js";
import { stepsCsv } from "./steps/csv.js";
import { captionOfSteps, stepsIn } from "./steps/picture.js";
import { mostOf } from "./thumbnails.js";

/** Writes what is shown to a file; nothing while there is nothing. `chart`: the one on the page, in the views that have one. */
export function saveAs(kind: FileKind, scene: Scene, chart: SVGSVGElement | null, taken: TakeAway): void {
  const name = nameOf(scene);
  const content = kind === "csv" ? csvOf(scene) : pictureOf(scene, chart);
  if (name === undefined || content === undefined) return;
  if (typeof content === "string") taken.saveCsv(name, content);
  else if (kind === "svg") taken.saveSvg(name, content);
  else void taken.savePng(name, content);
}

function nameOf({ state: { view, text }, shown }: Scene): string | undefined {
  if (view === "speed") return "attention-time";
  if (shown === undefined) return undefined;
  const { data, head, scale, causal } = shown;
  const whose = data.layer === undefined ? "own" : `${text}-layer${data.layer}`;
  return `attention-${whose}-head${head + 1}-${scale}${causal ? "-causal" : ""}${view === "steps" ? "-steps" : ""}`;
}

function csvOf(scene: Scene): string | undefined {
  const { state, shown, crossover } = scene;
  if (state.view === "speed") return crossover.result && crossoverCsv(crossover.result);
  if (shown === undefined) return undefined;
  if (state.view === "weights") return weightsCsv(shown.data, shown.analysis, shown.scale);
  const steps = stepsIn(scene);
  return steps && stepsCsv(steps, shown.data.keyTokens);
}

function pictureOf(scene: Scene, chart: SVGSVGElement | null): SvgFile | undefined {
  const { t, state } = scene;
  if (state.view === "weights") return mapFile(scene);
  if (chart === null) return undefined;
  if (state.view === "speed") return chartFile(chart, t("titleSpeed"), captionOfSpeed(scene));
  const steps = stepsIn(scene);
  return steps && chartFile(chart, t("titleSteps"), captionOfSteps(scene, steps));
}

function mapFile({ t, numbers, shown }: Scene): SvgFile | undefined {
  if (shown === undefined) return undefined;
  const { data, analysis, head, scale, causal } = shown;
  const { layer } = data;
  const place = { head: head + 1, heads: data.heads };
  const most = mostOf(data.nK, analysis.grid);
  return mapSvg({
    data,
    analysis,
    most,
    causal,
    title:
      layer === undefined
        ? t("pictureTitleOwn", place)
        : t("pictureTitle", { ...place, model: modelName, layer, layers: modelLayers }),
    subtitle: t("pictureNote", { scale: t(scaleLabels[scale]), most: numbers.percent(most) }),
  });
}
