import { html, type TemplateResult } from "lit";
import { translator } from "../../shared/text.js";
import type { Scene } from "../scene.js";
import { waitingText } from "../view/head-view.js";
import { stepsCaption } from "./caption.js";
import { stepsOf, type Steps } from "./steps.js";
import { texts } from "./texts.js";
import { stepsView } from "./view.js";

/** The row in view on its way through the online softmax; nothing where it sees no key. */
export function stepsIn({ shown, state }: Scene): Steps | undefined {
  return shown !== undefined && shown.row.visible > 0 ? stepsOf(shown.lab, shown.row, state) : undefined;
}

export function captionOfSteps({ language, numbers, state }: Scene, steps: Steps): string {
  return stepsCaption(translator(texts, language), numbers, steps, state);
}

/** The view "step by step" of the row in view. */
export function stepsPicture(scene: Scene, under: unknown): TemplateResult {
  const { language, numbers, state, shown, widths, onState } = scene;
  const steps = stepsIn(scene);
  const waiting = waitingText(scene);
  return html`<div class="stage">
      ${stepsView({
        t: translator(texts, language),
        numbers,
        steps,
        options: state,
        keyTokens: shown?.data.keyTokens,
        width: Math.max(240, widths.stage),
        waiting,
        caption: steps === undefined ? waiting : captionOfSteps(scene, steps),
        table: state.table,
        onChange: onState,
      })}
    </div>
    ${under}`;
}
