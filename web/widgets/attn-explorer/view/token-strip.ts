import { html, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import { cssProperties } from "../../shared/css-properties.js";
import type { Translate } from "../../shared/text.js";
import { strongestFirst, type Row } from "../analysis.js";
import { tokenAt } from "../data/attention-data.js";
import type { ExplorerText } from "../text.en.js";
import { who } from "../who.js";

/** Up to here every token is shown; beyond, the strongest keys of the chosen query. */
export const stripLimit = 320;
const strongestShown = 24;
/** From here on the text scrolls in a box of its own. */
const longText = 64;

export interface TokenStripProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly nQ: number;
  readonly nK: number;
  readonly queryTokens: readonly string[] | undefined;
  readonly keyTokens: readonly string[] | undefined;
  /** Query whose row is shown, counted from 0, and the one that is chosen (they differ while the pointer hovers). */
  readonly shown: number;
  readonly chosen: number;
  readonly row: Row | undefined;
  onHover(query: number | undefined): void;
  onChoose(query: number): void;
}

/** The text itself, each token with the weight it receives from the shown query; a token is chosen like a radio button. */
export function tokenStrip(props: TokenStripProps): TemplateResult {
  const { t, shown, row, nQ, nK } = props;
  const query = tokenAt(props.queryTokens, shown);
  const square = nQ === nK && nK <= stripLimit;
  const hint =
    row?.visible === 0
      ? t("stripBlank", { who: who(t, props.queryTokens, shown) })
      : square
        ? t("stripHint", { query })
        : t("stripHintLong", { who: who(t, props.queryTokens, shown), count: Math.min(strongestShown, nK) });
  return html`<fieldset class="strip">
    <legend class="visually-hidden">${t("stripLabel")}</legend>
    <p class="note" id="strip-hint">${hint}</p>
    ${square ? allTokens(props) : strongestTokens(props)}
  </fieldset>`;
}

function allTokens(props: TokenStripProps): TemplateResult {
  const { t, numbers, keyTokens, nK, chosen, shown, row } = props;
  return html`<div class=${nK > longText ? "tokens long" : "tokens"} @pointerleave=${() => props.onHover(undefined)}>
    ${Array.from({ length: nK }, (_, index) => {
      const token = tokenAt(keyTokens, index);
      const hidden = row !== undefined && index >= row.visible;
      const weight = row?.weights[index] ?? 0;
      const name = hidden
        ? t("tokenHidden", { token, position: index + 1 })
        : t("tokenLooks", { token, position: index + 1, weight: numbers.percent(weight) });
      return html`<label
        class=${["token", hidden ? "hidden" : "", index === shown ? "shown" : ""].join(" ")}
        ${cssProperties(shareOf(weight))}
        @pointerenter=${(event: PointerEvent) => {
          if (event.pointerType !== "touch") props.onHover(index);
        }}
      >
        <input
          type="radio"
          name="query"
          aria-label=${name}
          .checked=${index === chosen}
          @change=${() => props.onChoose(index)}
        />
        <span class="word" aria-hidden="true">${token}</span>
        <span class="bar" aria-hidden="true"></span>
        <span class="share" aria-hidden="true">${hidden ? "–" : shareText(numbers, weight)}</span>
      </label>`;
    })}
  </div>`;
}

/** What a token's color and bar go by: hundredths, so that the many weights near 0 need not be drawn anew. */
const shareOf = (weight: number): Readonly<Record<"--share", string>> => ({ "--share": weight.toFixed(2) });

/** Whole percents; what would be 0% stays blank, its bar says as much. */
const shareText = (numbers: Numbers, weight: number): string =>
  weight < 0.005 ? "\u00a0" : `${numbers.whole(weight * 100)}%`;

function strongestTokens(props: TokenStripProps): TemplateResult {
  const { t, numbers, row, keyTokens, nQ, chosen } = props;
  const strongest =
    row === undefined
      ? []
      : strongestFirst(row)
          .slice(0, strongestShown)
          .sort((a, b) => a - b);
  return html`<label class="number">
      <span class="label">${t("queryNumber", { n: numbers.whole(nQ) })}</span>
      <input
        type="number"
        min="1"
        max=${nQ}
        .value=${String(chosen + 1)}
        @change=${(event: Event) => {
          const value = Math.round((event.target as HTMLInputElement).valueAsNumber);
          if (value >= 1 && value <= nQ) props.onChoose(value - 1);
        }}
      />
    </label>
    <ol class="tokens">
      ${strongest.map((index) => {
        const weight = row?.weights[index] ?? 0;
        return html`<li class="token" ${cssProperties(shareOf(weight))}>
          <span class="word">${tokenAt(keyTokens, index)}</span>
          <span class="bar"></span>
          <span class="share">${numbers.percent(weight)}</span>
        </li>`;
      })}
    </ol>`;
}
