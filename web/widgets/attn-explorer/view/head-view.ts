import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { isNarrow } from "../../shared/figure-parts.js";
import { meanEntropy } from "../analysis.js";
import { modelHeads, modelLayers, offeredLayers, offeredTexts, shippedText } from "../data/shipped.js";
import type { Scene } from "../scene.js";
import { controls } from "./controls.js";
import { headPicker } from "./head-picker.js";
import { messages, workingText } from "./messages.js";
import { scaleNote } from "./notes.js";
import { tokenStrip } from "./token-strip.js";

/** What to say while there is nothing to draw. */
export function waitingText({ t, numbers, computation: { busy } }: Scene): string {
  return busy === undefined ? t("mapWaiting") : workingText(t, numbers, busy);
}

/** A view of one head: which one, of what text, and the picture; where it is narrow, in that order from the picture on. */
export function headView(scene: Scene, picture: (under: unknown) => TemplateResult): TemplateResult {
  const { t, numbers, lab, data, state, computation, shipped, measurement, widths } = scene;
  const narrow = isNarrow(widths.stage);
  const problems = [shipped.problem, computation.problem, measurement.problem];
  const told = messages({
    t,
    numbers,
    busy: computation.busy,
    fetching: data === undefined ? undefined : shipped.fetching,
    problems: problems.filter((problem) => problem !== undefined),
    onCancel: () => computation.cancel(),
  });
  // What comes and goes stands below what is in use.
  const under = html`${heads(scene)} ${controlBar(scene)} ${told} ${strip(scene)}`;
  return html`${narrow ? nothing : html`${controlBar(scene)} ${heads(scene)} ${strip(scene)} ${told}`}
  ${picture(narrow ? under : nothing)}
  ${state.scale === "entropy" && data !== undefined && lab !== undefined ? scaleNote(t, numbers, lab, data) : nothing}`;
}

function controlBar({ t, numbers, state, own, computation: { analysis }, onState, onReset }: Scene): TemplateResult {
  const { text, layer, scale, causal } = state;
  return controls({
    t,
    numbers,
    text: own.data === undefined ? text : undefined,
    texts: offeredTexts,
    textLengths: { sentence: shippedText("sentence").tokens.length, passage: shippedText("passage").tokens.length },
    layer,
    layers: offeredLayers(text),
    modelLayers,
    scale,
    entropies: analysis && {
      none: meanEntropy(analysis.entropy.none),
      sqrt: meanEntropy(analysis.entropy.sqrt),
      entropy: meanEntropy(analysis.entropy.entropy),
    },
    causal,
    onText: (chosen) => {
      own.leave();
      onState({ text: chosen, key: 0 });
    },
    onLayer: (chosen) => onState({ layer: chosen }),
    onScale: (chosen) => onState({ scale: chosen }),
    onCausal: (chosen) => onState({ causal: chosen }),
    onReset,
  });
}

function heads({ t, numbers, dark, data, head, computation: { thumbnails }, onState }: Scene): unknown {
  return headPicker({
    t,
    numbers,
    heads: data?.heads ?? modelHeads,
    head,
    thumbnails,
    dark,
    onHead: (chosen) => onState({ head: chosen + 1, key: 0 }),
  });
}

/** Hundreds of tokens: written anew only for another row, not for every step of a computation. */
function strip({ t, numbers, state, data, query, chosen, shown, onHover, onChoose }: Scene): unknown {
  return guard([t, state.text, data, query, chosen, shown?.row], () => {
    // Before any data arrive the text is there already.
    const { tokens } = shippedText(state.text);
    return tokenStrip({
      t,
      numbers,
      nQ: data?.nQ ?? tokens.length,
      nK: data?.nK ?? tokens.length,
      queryTokens: data === undefined ? tokens : data.queryTokens,
      keyTokens: data === undefined ? tokens : data.keyTokens,
      shown: query,
      chosen,
      row: shown?.row,
      onHover,
      onChoose,
    });
  });
}
