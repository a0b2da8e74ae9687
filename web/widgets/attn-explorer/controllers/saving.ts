import type { SvgFile } from "../../shared/charts/heat-map-svg.js";
import { chartFile } from "../../shared/charts/svg-file.js";
import type { Numbers } from "../../shared/format.js";
import type { FileKind } from "../../shared/take-away/bar.js";
import type { TakeAway } from "../../shared/take-away/take-away.js";
import type { Translate } from "../../shared/text.js";
import { scaleLabels } from "../caption.js";
import { rowCode, speedCode } from "../copy-as-javascript.js";
import { modelLayers, modelName } from "../data/shipped.js";
import type { View } from "../element.js";
import { crossoverCsv, mapSvg, stepsCsv, weightsCsv } from "../exports.js";
import type { TextName, ViewName } from "../schema.js";
import type { Crossover } from "../speed/crossover.js";
import type { Steps, StepsOptions } from "../steps/steps.js";
import type { ExplorerText } from "../text.en.js";
import { mostOf } from "../thumbnails.js";

/** What a reader may take along of what is shown. */
export interface Taking {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly view: ViewName;
  readonly text: TextName;
  readonly shown: View | undefined;
  readonly steps: Steps | undefined;
  readonly stepsOptions: StepsOptions;
  readonly result: Crossover | undefined;
  /** The chart on the page, in the views that have one. */
  readonly chart: SVGSVGElement | null;
  readonly caption: string;
}

/** A program that computes the shown numbers anew; empty while there are none. */
export function codeOf({ view, shown, stepsOptions, caption }: Taking): string {
  if (view === "speed") return speedCode(caption);
  if (shown === undefined) return "";
  return rowCode({ ...shown, title: caption, steps: view === "steps" ? stepsOptions : undefined });
}

/** Writes what is shown to a file; nothing while there is nothing. */
export function saveAs(kind: FileKind, taking: Taking, taken: TakeAway): void {
  const name = nameOf(taking);
  const content = kind === "csv" ? csvOf(taking) : pictureOf(taking);
  if (name === undefined || content === undefined) return;
  if (typeof content === "string") taken.saveCsv(name, content);
  else if (kind === "svg") taken.saveSvg(name, content);
  else void taken.savePng(name, content);
}

function nameOf({ view, text, shown }: Taking): string | undefined {
  if (view === "speed") return "attention-time";
  if (shown === undefined) return undefined;
  const { data, head, scale, causal } = shown;
  const whose = data.layer === undefined ? "own" : `${text}-layer${data.layer}`;
  return `attention-${whose}-head${head + 1}-${scale}${causal ? "-causal" : ""}${view === "steps" ? "-steps" : ""}`;
}

function csvOf({ view, shown, steps, result }: Taking): string | undefined {
  if (view === "speed") return result && crossoverCsv(result);
  if (view === "steps") return steps && shown && stepsCsv(steps, shown.data.keyTokens);
  return shown && weightsCsv(shown.data, shown.analysis, shown.scale);
}

function pictureOf(taking: Taking): SvgFile | undefined {
  const { t, view, shown, chart, caption } = taking;
  if (view === "weights") return shown && mapFile(taking, shown);
  return chart === null ? undefined : chartFile(chart, t(view === "steps" ? "titleSteps" : "titleSpeed"), caption);
}

function mapFile({ t, numbers }: Taking, { data, analysis, head, scale, causal }: View): SvgFile {
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
