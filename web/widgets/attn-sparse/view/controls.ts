import { html, nothing, type TemplateResult } from "lit";
import { rollButton, segments, slider } from "../../shared/controls.js";
import type { Translate } from "../../shared/text.js";
import { nameOf } from "../caption.js";
import { mostLayers } from "../pattern.js";
import { patternNames, type SparseState } from "../schema.js";
import type { SparseText } from "../text.en.js";

export interface ControlsProps {
  readonly t: Translate<SparseText>;
  readonly state: SparseState;
  readonly onChange: (change: Partial<SparseState>) => void;
  readonly onReset: () => void;
}

type Key = "window" | "dilation" | "block" | "blocks" | "random" | "globals" | "layers";

export function controls({ t, state, onChange, onReset }: ControlsProps): TemplateResult {
  const { pattern } = state;
  const [windowed, spaced, blocked] = [
    pattern === "local" || pattern === "sparse",
    pattern === "atrous" || pattern === "sparse",
    pattern === "bigbird",
  ];
  const number = (key: Key, least: number, most: number, shown: string): TemplateResult =>
    slider({
      name: key,
      label: t(key),
      shown,
      least,
      most,
      by: 1,
      value: state[key],
      onInput: (value) => onChange({ [key]: value }),
    });
  const tokens = (count: number): string => t("tokens", { count });
  return html`${segments(
      "pattern",
      t("pattern"),
      patternNames.map((name) => [name, nameOf(t, name)] as const),
      pattern,
      // Big Bird is one with global tokens; the others are meant without.
      (name) => onChange({ pattern: name, globals: name === "bigbird" ? state.block : 0 }),
    )}
    <div class="controls">
      ${windowed ? number("window", 0, 32, tokens(state.window)) : nothing}
      ${spaced ? number("dilation", 1, 32, String(state.dilation)) : nothing}
      ${
        blocked
          ? html`${number("block", 1, 16, tokens(state.block))} ${number("blocks", 0, 4, String(state.blocks))}
            ${number("random", 0, 6, String(state.random))}`
          : nothing
      }
      ${number("globals", 0, 16, String(state.globals))} ${number("layers", 1, mostLayers, String(state.layers))}
      <label class="switch">
        <input
          type="checkbox"
          name="causal"
          .checked=${state.causal}
          @change=${(event: Event) => onChange({ causal: (event.target as HTMLInputElement).checked })}
        />
        ${t("causal")}
      </label>
      ${blocked ? rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1 })) : nothing}
      <button type="button" class="quiet" @click=${onReset}>${t("reset")}</button>
    </div>`;
}
