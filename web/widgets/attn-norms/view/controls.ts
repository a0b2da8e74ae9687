import { html, nothing, svg, type TemplateResult } from "lit";
import { rollButton, segments, slider } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { placeOf, type Place } from "../batch.js";
import {
  axesNames,
  gradientNames,
  groupCounts,
  most,
  normNames,
  programNames,
  reach,
  type NormsState,
} from "../schema.js";
import { isCentered } from "../norms.js";
import { blocks, sliceIds } from "../slices.js";
import type { NormsText } from "../text.en.js";

export interface ControlsProps {
  readonly t: Translate<NormsText>;
  readonly numbers: Numbers;
  readonly state: NormsState;
  /** The chosen entry in units of the size. */
  readonly value: number;
  readonly onChange: (change: Partial<NormsState>) => void;
  readonly onValue: (value: number) => void;
  readonly onReset: () => void;
}

const axesLabels = { channels: "axesChannels", sample: "axesSample" } as const;
const gradientLabels = {
  one: "gradientOne",
  equal: "gradientEqual",
  output: "gradientOutput",
  random: "gradientRandom",
} as const;
const programLabels = { squares: "programSquares", differences: "programDifferences" } as const;

/** Activations that single precision bears more or less easily. */
const cases = {
  plain: { label: "casePlain", size: 0, offset: 0 },
  far: { label: "caseFar", size: 2, offset: 8 },
  huge: { label: "caseHuge", size: 30, offset: 0 },
  tiny: { label: "caseTiny", size: -30, offset: 0 },
} as const;
type CaseName = keyof typeof cases | "";

/** What the view of single precision opens with, where nothing else was asked for. */
export const tellingCase: Pick<NormsState, "size" | "offset"> = { size: cases.far.size, offset: cases.far.offset };

/** The activations to try, and how the textbook's program is written. */
export function precisionControls({ t, state, onChange }: ControlsProps): TemplateResult {
  const entries = Object.entries(cases) as [keyof typeof cases, (typeof cases)[keyof typeof cases]][];
  const chosen = entries.find(([, { size, offset }]) => size === state.size && offset === state.offset)?.[0] ?? "";
  return html`${segments<CaseName>(
    "case",
    t("cases"),
    entries.map(([name, { label }]) => [name, t(label)] as const),
    chosen,
    (name) => {
      if (name !== "") onChange({ size: cases[name].size, offset: cases[name].offset });
    },
  )}
  ${
    isCentered(state)
      ? html`<div class="controls">
          ${select(
            "program",
            t("program"),
            programNames.map((name) => [name, t(programLabels[name])] as const),
            state.program,
            (program) => onChange({ program }),
          )}
        </div>`
      : nothing
  }`;
}

/** Which entries a norm takes together, in the small: one block of the batch filled. */
function emblem(state: NormsState): TemplateResult {
  const small: Place = { ...placeOf({ samples: 3, tokens: 2, sample: 2, token: 1, channel: 2 }), channels: 6 };
  const slices = sliceIds({ ...state, inference: false }, small);
  const block = blocks(slices, 6).get(slices[(1 * 2 + 0) * 6 + 1] ?? 0);
  const y = (row: number): number => 1 + row * 5 + Math.floor(row / 2) * 2;
  return html`<svg class="emblem" viewBox="0 0 38 36" aria-hidden="true">
    ${Array.from({ length: 36 }, (_, index) => {
      const [column, row] = [index % 6, Math.floor(index / 6)];
      const inside = block && row >= block.top && row < block.bottom && column >= block.left && column < block.right;
      return svg`<rect class=${inside ? "inside" : "outside"} x=${1 + column * 6} y=${y(row)} width="5" height="4"></rect>`;
    })}
  </svg>`;
}

/** The six norms as radio buttons, each with a picture of what it takes together. */
export function normChoice({ t, state, onChange }: ControlsProps): TemplateResult {
  return html`<fieldset>
    <legend>${t("norm")}</legend>
    <div class="segments norms">
      ${normNames.map(
        (name) =>
          html`<label>
            <input
              type="radio"
              name="norm"
              value=${name}
              .checked=${name === state.norm}
              @change=${() => onChange({ norm: name })}
            />
            ${emblem({ ...state, norm: name })}
            <span>${t(name)}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}

function select<Word extends string | number>(
  name: string,
  label: string,
  words: readonly (readonly [Word, string])[],
  chosen: Word,
  onChoose: (word: Word) => void,
): TemplateResult {
  return html`<label>
    <span class="label">${label}</span><br />
    <select
      name=${name}
      @change=${(event: Event) => {
        const word = words[(event.target as HTMLSelectElement).selectedIndex]?.[0];
        if (word !== undefined) onChoose(word);
      }}
    >
      ${words.map(([word, text]) => html`<option value=${word} .selected=${word === chosen}>${text}</option>`)}
    </select>
  </label>`;
}

const upTo = (count: number): (readonly [number, string])[] =>
  Array.from({ length: count }, (_, i) => [i + 1, String(i + 1)] as const);

const toggle = (name: string, label: string, on: boolean, onToggle: (on: boolean) => void): TemplateResult =>
  html`<label class="switch"
    ><input
      type="checkbox"
      name=${name}
      .checked=${on}
      @change=${(event: Event) => onToggle((event.target as HTMLInputElement).checked)}
    />${label}</label
  >`;

/** What the chosen norm may do this way or that, and the entry that is looked at. */
export function normControls(props: ControlsProps): TemplateResult {
  const { t, numbers, state, value, onChange, onValue } = props;
  const { norm, view, axes, groups, uncentered, inference, gradient } = state;
  const place = placeOf(state);
  return html`<div class="controls">
      ${
        ["layer", "rms", "l2"].includes(norm)
          ? select(
              "axes",
              t("axes"),
              axesNames.map((name) => [name, t(axesLabels[name])] as const),
              axes,
              (chosen) => onChange({ axes: chosen }),
            )
          : nothing
      }
      ${
        norm === "group"
          ? select(
              "groups",
              t("groups"),
              groupCounts.map((count) => [count, String(count)] as const),
              groups,
              (chosen) => onChange({ groups: chosen }),
            )
          : nothing
      }
      ${norm === "rms" || norm === "l2" ? nothing : toggle("uncentered", t("uncentered"), uncentered, (on) => onChange({ uncentered: on }))}
      ${norm === "batch" && view !== "precision" ? toggle("inference", t("inference"), inference, (on) => onChange({ inference: on })) : nothing}
      ${
        view === "backward"
          ? select(
              "gradient",
              t("gradient"),
              gradientNames.map((name) => [name, t(gradientLabels[name])] as const),
              gradient,
              (chosen) => onChange({ gradient: chosen }),
            )
          : nothing
      }
    </div>
    <div class="controls">
      ${select("sample", t("sample"), upTo(place.samples), place.sample + 1, (sample) => onChange({ sample }))}
      ${select("token", t("token"), upTo(place.tokens), place.token + 1, (token) => onChange({ token }))}
      ${select("channel", t("channel"), upTo(place.channels), place.channel + 1, (channel) => onChange({ channel }))}
      ${slider({ name: "value", label: t("value"), shown: numbers.fixed(value, 2), least: -reach, most: reach, by: 0.05, value, onInput: onValue })}
    </div>`;
}

/** The batch itself: how much of it, how large, with which eps. */
export function batchControls(props: ControlsProps): TemplateResult {
  const { t, numbers, state, onChange } = props;
  const place = placeOf(state);
  const power = (exponent: number): string => numbers.significant(10 ** exponent, 1);
  const largest = Math.max(state.view === "precision" ? 30 : 6, Math.abs(state.size));
  const hasEps = state.view === "compare" || state.norm !== "l2";
  return html`<div class="controls">
    ${select("samples", t("samples"), upTo(most.samples), place.samples, (samples) => onChange({ samples }))}
    ${select("tokens", t("tokens"), upTo(most.tokens), place.tokens, (tokens) => onChange({ tokens }))}
    ${slider({ name: "size", label: t("size"), shown: power(state.size), least: -largest, most: largest, by: 1, value: state.size, onInput: (size) => onChange({ size }) })}
    ${slider({ name: "offset", label: t("offset"), shown: state.offset > 0 ? power(state.offset) : t("offsetNone"), least: 0, most: 8, by: 1, value: state.offset, onInput: (offset) => onChange({ offset }) })}
    ${hasEps ? slider({ name: "eps", label: t("eps"), shown: power(state.eps), least: -12, most: 0, by: 1, value: state.eps, onInput: (eps) => onChange({ eps }) }) : nothing}
    ${rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1, edits: "" }))}
    <button type="button" class="quiet" @click=${props.onReset}>${t("reset")}</button>
  </div>`;
}
