import { html, nothing, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { scaleNames, type ScaleName, type TextName } from "../schema.js";
import type { ExplorerText } from "../text.en.js";

/** Short label of each scale, as a formula. */
const scaleLabels = { none: "scaleNone", sqrt: "scaleSqrt", entropy: "scaleEntropy" } as const;
const shortNames = { none: "scaleNoneShort", sqrt: "scaleSqrtShort", entropy: "scaleEntropyShort" } as const;
const textLabels = { sentence: "textSentence", passage: "textPassage" } as const;

export interface ControlsProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  /** undefined while a reader's own data are shown. */
  readonly text: TextName | undefined;
  readonly texts: readonly TextName[];
  readonly textLengths: Readonly<Record<TextName, number>>;
  readonly layer: number;
  readonly layers: readonly number[];
  readonly modelLayers: number;
  readonly scale: ScaleName;
  /** Mean entropy under each scale, once known. */
  readonly entropies: Readonly<Record<ScaleName, number>> | undefined;
  readonly causal: boolean;
  readonly onText: (text: TextName) => void;
  readonly onLayer: (layer: number) => void;
  onScale(scale: ScaleName): void;
  onCausal(causal: boolean): void;
  onReset(): void;
}

export const valueOf = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;

export function controls(props: ControlsProps): TemplateResult {
  const { t, numbers, text, entropies } = props;
  return html`<div class="controls">
    ${props.texts.length > 1 || text === undefined ? textPicker(props) : nothing}
    ${props.layers.length > 1 && text !== undefined ? layerPicker(props) : nothing}
    <fieldset>
      <legend>${t("scale")}</legend>
      <div class="segments">
        ${scaleNames.map(
          (name) =>
            html`<label>
              <input
                type="radio"
                name="scale"
                value=${name}
                .checked=${name === props.scale}
                @change=${() => props.onScale(name)}
              />
              <span class="scale">
                ${t(scaleLabels[name])}
                <small
                  >${
                    entropies === undefined
                      ? t(shortNames[name])
                      : t("meanShort", { name: t(shortNames[name]), entropy: numbers.fixed(entropies[name], 2) })
                  }</small
                >
              </span>
            </label>`,
        )}
      </div>
    </fieldset>
    <div class="switches">
      <label class="switch">
        <input
          type="checkbox"
          .checked=${props.causal}
          @change=${(event: Event) => props.onCausal((event.target as HTMLInputElement).checked)}
        />
        ${t("causal")}
      </label>
      <button type="button" class="quiet" @click=${() => props.onReset()}>${t("reset")}</button>
    </div>
  </div>`;
}

function textPicker({ t, text, texts, textLengths, onText }: ControlsProps): TemplateResult {
  return html`<label>
    <span class="label">${t("text")}</span>
    <select
      @change=${(event: Event) => {
        const name = texts.find((one) => one === valueOf(event));
        if (name !== undefined) onText(name);
      }}
    >
      ${text === undefined ? html`<option selected>${t("textOwn")}</option>` : nothing}
      ${texts.map(
        (name) =>
          html`<option value=${name} .selected=${name === text}>
            ${t(textLabels[name], { n: textLengths[name] })}
          </option>`,
      )}
    </select>
  </label>`;
}

function layerPicker({ t, layer, layers, modelLayers, onLayer }: ControlsProps): TemplateResult {
  return html`<label>
    <span class="label">${t("layer")}</span>
    <select @change=${(event: Event) => onLayer(Number(valueOf(event)))}>
      ${layers.map(
        (one) =>
          html`<option value=${one} .selected=${one === layer}>
            ${t("layerOf", { layer: one, layers: modelLayers })}
          </option>`,
      )}
    </select>
  </label>`;
}
