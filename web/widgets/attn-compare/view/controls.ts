import { html, nothing, type TemplateResult } from "lit";
import { rollButton, segments, slider } from "../../shared/controls.js";
import type { Translate } from "../../shared/text.js";
import { mostHeads, mostTokens } from "../heads.js";
import { viewNames, type CompareState, type SourceName } from "../schema.js";
import { carriedLayer, comparable, layersOf, sources } from "../source.js";
import type { CompareText } from "../text.en.js";

export interface ControlsProps {
  readonly t: Translate<CompareText>;
  readonly state: CompareState;
  /** How many heads there are to choose from. */
  readonly heads: number;
  readonly onChange: (change: Partial<CompareState>) => void;
  readonly onFile: (file: File) => void;
  readonly onReset: () => void;
}

const sourceLabels = {
  sentence: "sourceSentence",
  passage: "sourcePassage",
  synthetic: "sourceSynthetic",
  own: "sourceOwn",
} as const satisfies Record<SourceName, keyof CompareText>;

/** One layer or all, where there are several. */
export const viewChoice = ({ t, state, onChange }: ControlsProps): TemplateResult | typeof nothing =>
  comparable(state.source).length > 1
    ? segments(
        "view",
        t("view"),
        viewNames.map((name) => [name, t(name === "heads" ? "viewHeads" : "viewLayers")] as const),
        state.view,
        (view) => onChange({ view }),
      )
    : nothing;

/** Where the heads come from, and what is looked at. */
export function controls({ t, state, heads, onChange, onFile, onReset }: ControlsProps): TemplateResult {
  const layers = state.view === "layers" ? comparable(state.source) : layersOf(state.source);
  const valueOf = (event: Event): string => (event.target as HTMLSelectElement).value;
  return html`<div class="controls">
      <label>
        <span class="label">${t("source")}</span><br />
        <select
          name="source"
          @change=${(event: Event) => onChange({ source: valueOf(event) as SourceName, layer: 0, head: 1 })}
        >
          ${sources.map((name) => html`<option value=${name} .selected=${name === state.source}>${t(sourceLabels[name])}</option>`)}
        </select>
      </label>
      ${
        layers.length > 1
          ? html`<label>
              <span class="label">${t("layer")}</span><br />
              <select name="layer" @change=${(event: Event) => onChange({ layer: Number(valueOf(event)) })}>
                ${layers.map(
                  (layer) =>
                    html`<option value=${layer} .selected=${layer === state.layer}>
                      ${layer === 0 ? t("layerCarried", { layer: carriedLayer }) : layer}
                    </option>`,
                )}
              </select>
            </label>`
          : nothing
      }
      ${slider({
        name: "budget",
        label: t("budget"),
        shown: String(state.budget),
        least: 2,
        most: 10,
        by: 0.5,
        value: Math.log2(state.budget),
        onInput: (exponent) => onChange({ budget: Math.round(2 ** exponent) }),
      })}
      ${slider({
        name: "head",
        label: t("head"),
        shown: t("headOf", { head: state.head, heads }),
        least: 1,
        most: Math.max(1, heads),
        by: 1,
        value: state.head,
        onInput: (head) => onChange({ head }),
      })}
      ${rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1 }))}
      <button type="button" class="quiet" @click=${onReset}>${t("reset")}</button>
    </div>
    ${
      state.source === "own"
        ? html`<label class="file">
              <span class="label">${t("file")}</span><br />
              <input
                type="file"
                accept=".safetensors"
                @change=${(event: Event) => {
                  const file = (event.target as HTMLInputElement).files?.[0];
                  if (file !== undefined) onFile(file);
                }}
              />
            </label>
            <p class="note">${t("fileNote", { heads: mostHeads, tokens: mostTokens })}</p>`
        : nothing
    }`;
}
