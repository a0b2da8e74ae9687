import { html, nothing, type TemplateResult } from "lit";
import { translator } from "../../shared/text.js";
import type { Scene } from "../scene.js";
import { texts } from "./texts.js";
import { speedCaption, speedView } from "./view.js";

export function captionOfSpeed({ language, numbers, crossover: { result } }: Scene): string {
  return speedCaption(translator(texts, language), numbers, result);
}

/** The view "time against n", as far as it has been measured. */
export function speedPicture({ t, language, numbers, state, widths, crossover }: Scene): TemplateResult {
  return html`${crossover.problem === undefined ? nothing : html`<p class="warning" role="alert">${crossover.problem(t)}</p>`}
    <div class="stage">
      ${speedView({
        t: translator(texts, language),
        numbers,
        result: crossover.result,
        measuring: crossover.running,
        width: Math.max(240, widths.stage),
        table: state.table,
        onMeasure: () => void crossover.measure(),
        onCancel: () => crossover.cancel(),
      })}
    </div>`;
}
