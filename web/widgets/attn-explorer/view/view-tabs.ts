import { html, type TemplateResult } from "lit";
import type { Translate } from "../../shared/text.js";
import { viewNames, type ViewName } from "../schema.js";
import type { ExplorerText } from "../text.en.js";

const labels = { weights: "viewWeights", steps: "viewSteps", speed: "viewSpeed" } as const;

/** Which of the three pictures is shown. */
export function viewTabs(t: Translate<ExplorerText>, view: ViewName, onView: (view: ViewName) => void): TemplateResult {
  return html`<fieldset class="views">
    <legend>${t("view")}</legend>
    <div class="segments">
      ${viewNames.map(
        (name) =>
          html`<label>
            <input type="radio" name="view" value=${name} .checked=${name === view} @change=${() => onView(name)} />
            <span>${t(labels[name])}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}
