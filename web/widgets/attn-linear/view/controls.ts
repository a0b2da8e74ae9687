import { html, type TemplateResult } from "lit";
import { rollButton, segments, slider } from "../../shared/controls.js";
import type { Translate } from "../../shared/text.js";
import { nameOf } from "../caption.js";
import { mapNames, type LinearState } from "../schema.js";
import type { LinearText } from "../text.en.js";

export interface ControlsProps {
  readonly t: Translate<LinearText>;
  readonly state: LinearState;
  readonly onChange: (change: Partial<LinearState>) => void;
  readonly onReset: () => void;
}

/** The most keys on a side that are fewer than all: 2 to this power. */
const mostNear = 5;

export function controls({ t, state, onChange, onReset }: ControlsProps): TemplateResult {
  return html`${segments(
      "map",
      t("map"),
      mapNames.map((name) => [name, nameOf(t, name)] as const),
      state.map,
      (map) => onChange({ map }),
    )}
    <div class="controls">
      ${slider({
        name: "d",
        label: t("d"),
        shown: state.d,
        least: 1,
        most: 5,
        by: 1,
        value: Math.log2(Number(state.d)),
        onInput: (exponent) => onChange({ d: String(2 ** exponent) as LinearState["d"] }),
      })}
      ${slider({
        name: "sigma",
        label: t("sigma"),
        shown: String(state.sigma),
        least: 0.25,
        most: 3,
        by: 0.25,
        value: state.sigma,
        onInput: (sigma) => onChange({ sigma }),
      })}
      ${slider({
        name: "near",
        label: t("near"),
        shown: state.near === 0 ? t("nearAll") : String(state.near),
        least: 0,
        most: mostNear + 1,
        by: 1,
        value: state.near === 0 ? mostNear + 1 : Math.log2(state.near),
        onInput: (exponent) => onChange({ near: exponent > mostNear ? 0 : 2 ** exponent }),
      })}
      <label class="switch">
        <input
          type="checkbox"
          name="causal"
          .checked=${state.causal}
          @change=${(event: Event) => onChange({ causal: (event.target as HTMLInputElement).checked })}
        />
        ${t("causal")}
      </label>
      ${rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1 }))}
      <button type="button" class="quiet" @click=${onReset}>${t("reset")}</button>
    </div>`;
}
