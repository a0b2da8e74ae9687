import { html, svg, type TemplateResult } from "lit";
import { unbroken } from "./unbroken.js";

/** Names of lines and bars below a picture: a CSS class and a text each. */
export function keys(entries: readonly (readonly [kind: string, label: string])[]): TemplateResult {
  return html`<p class="keys">
    ${entries.map(
      ([kind, label]) =>
        html`<span
          ><svg viewBox="0 0 26 8" aria-hidden="true">
            ${/^(?:after|band)\b/.test(kind) ? svg`<rect class=${kind} x="4" width="18" height="8"></rect>` : kind.startsWith("dot") ? svg`<circle class=${kind} cx="13" cy="4" r="4"></circle>` : svg`<path class=${kind} d="M1 4H25"></path>`}
          </svg>
          <span>${unbroken(label)}</span></span
        >`,
    )}
  </p>`;
}

export interface SliderProps {
  readonly name: string;
  readonly label: string;
  /** The value with its unit, also for screen readers. */
  readonly shown: string;
  readonly least: number;
  readonly most: number;
  readonly by: number;
  readonly value: number;
  readonly onInput: (value: number) => void;
}

/** A slider whose value stands beside its name. */
export function slider({ name, label, shown, least, most, by, value, onInput }: SliderProps): TemplateResult {
  return html`<label class="slider">
    <span class="label">${label} <strong>${unbroken(shown)}</strong></span>
    <input
      type="range"
      name=${name}
      min=${least}
      max=${most}
      step=${by}
      .value=${String(value)}
      aria-valuetext=${shown}
      @input=${(event: Event) => onInput(Number((event.target as HTMLInputElement).value))}
    />
  </label>`;
}

/** A button that takes another seed, and says which one there is. */
export function rollButton(label: string, shown: string, onRoll: () => void): TemplateResult {
  return html`<button type="button" class="roll" @click=${onRoll}>${label} <span class="note">${shown}</span></button>`;
}

/** One of several words, as radio buttons side by side. */
export function segments<Word extends string>(
  name: string,
  legend: string,
  words: readonly (readonly [Word, string])[],
  chosen: Word,
  onChoose: (word: Word) => void,
): TemplateResult {
  return html`<fieldset>
    <legend>${legend}</legend>
    <div class="segments">
      ${words.map(
        ([word, label]) =>
          html`<label>
            <input
              type="radio"
              name=${name}
              value=${word}
              .checked=${word === chosen}
              @change=${() => onChoose(word)}
            />
            <span>${label}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}
