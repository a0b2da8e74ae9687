import { html, nothing, type TemplateResult } from "lit";
import { rollButton, segments, slider } from "../../shared/controls.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { headSizes, type EntropyScaleState, type KeyName } from "../schema.js";
import type { EntropyScaleText } from "../text.en.js";

export interface ControlsProps {
  readonly t: Translate<EntropyScaleText>;
  readonly numbers: Numbers;
  readonly state: EntropyScaleState;
  /** Sources on offer, layers of the chosen text, heads, queries and keys there are. */
  readonly sources: readonly KeyName[];
  readonly layers: readonly number[];
  readonly heads: number;
  readonly queries: number;
  readonly tokens: number;
  /** The tokens themselves, of a text. */
  readonly words: readonly string[] | undefined;
  readonly onChange: (change: Partial<EntropyScaleState>) => void;
  readonly onReset: () => void;
}

export const keyLabels = {
  random: "keysRandom",
  sentence: "keysSentence",
  passage: "keysPassage",
} as const satisfies Record<KeyName, keyof EntropyScaleText>;

/** A native list of numbers. */
function list(
  name: string,
  label: string,
  values: readonly (readonly [value: number, text: string])[],
  chosen: number,
  onChoose: (value: number) => void,
): TemplateResult {
  return html`<label>
    <span class="label">${label}</span><br />
    <select name=${name} @change=${(event: Event) => onChoose(Number((event.target as HTMLSelectElement).value))}>
      ${values.map(([value, text]) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
    </select>
  </label>`;
}

const plain = (values: readonly number[]): (readonly [number, string])[] =>
  values.map((value) => [value, String(value)]);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** Numbers of tokens, each with its token where there is a text. */
const named = (count: number, words: readonly string[] | undefined): (readonly [number, string])[] =>
  upTo(count).map((value) => [value, words === undefined ? String(value) : `${value} ${words[value - 1] ?? ""}`]);

/** Where the keys come from, and what is followed. */
export function controls(props: ControlsProps): TemplateResult {
  const { t, numbers, state, sources, layers, heads, tokens, onChange } = props;
  const { view, keys } = state;
  const random = keys === "random";
  const headNames = plain(upTo(heads));
  return html`${segments(
      "keys",
      t("keys"),
      sources.map((name) => [name, t(keyLabels[name])] as const),
      keys,
      (name) => onChange({ keys: name }),
    )}
    <div class="controls">
      ${
        random
          ? list("d", t("d"), plain(headSizes), state.d, (d) => onChange({ d }))
          : html`${list("layer", t("layer"), plain(layers), state.layer, (layer) => onChange({ layer }))}
            ${list(
              "head",
              t("head"),
              view === "length" ? [[0, t("headAll", { heads })], ...headNames] : headNames,
              state.head,
              (head) => onChange({ head }),
            )}`
      }
      ${slider({
        name: "kappa",
        label: t("kappa"),
        shown: numbers.plain(state.kappa),
        least: 0.5,
        most: 6,
        by: 0.1,
        value: state.kappa,
        onInput: (kappa) => onChange({ kappa }),
      })}
      ${
        view === "tokens"
          ? html`${list("query", t("query"), named(props.queries, props.words), state.query, (query) => onChange({ query }))}
              ${list("key", t("key"), [[0, t("keyStrongest")], ...named(tokens, props.words)], state.key, (key) => onChange({ key }))}
              ${slider({
                name: "n",
                label: t("n"),
                shown: t("nOf", { n: state.n, most: tokens }),
                least: 1,
                most: tokens,
                by: 1,
                value: state.n,
                onInput: (n) => onChange({ n }),
              })}
              <button type="button" ?disabled=${state.n >= tokens} @click=${() => onChange({ n: state.n + 1 })}>
                ${t("addToken")}
              </button>`
          : nothing
      }
      ${random ? rollButton(t("roll"), t("rolled", { seed: state.seed }), () => onChange({ seed: state.seed + 1 })) : nothing}
      <button type="button" class="quiet" @click=${props.onReset}>${t("reset")}</button>
    </div>`;
}
