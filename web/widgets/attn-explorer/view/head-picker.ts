import { html, nothing, type TemplateResult } from "lit";
import { paint } from "../../shared/charts/paint.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import type { ExplorerText } from "../text.en.js";
import type { Thumbnail } from "../thumbnails.js";
import { valueOf } from "./controls.js";

export interface HeadPickerProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly heads: number;
  /** Counted from 0. */
  readonly head: number;
  /** Picture and mean entropy of each head; absent where they would cost too much. */
  readonly thumbnails: readonly Thumbnail[] | undefined;
  readonly dark: boolean;
  onHead(head: number): void;
}

/** Heads as small pictures, or as a list when there are none. */
export function headPicker(props: HeadPickerProps): TemplateResult | typeof nothing {
  const { t, numbers, heads, head, thumbnails, dark } = props;
  if (heads < 2) return nothing;
  if (thumbnails === undefined && heads > 16) {
    return html`<label>
      <span class="label">${t("head")}</span>
      <select @change=${(event: Event) => props.onHead(Number(valueOf(event)))}>
        ${Array.from(
          { length: heads },
          (_, index) =>
            html`<option value=${index} .selected=${index === head}>
              ${t("headOf", { head: index + 1, heads })}
            </option>`,
        )}
      </select>
    </label>`;
  }
  return html`<fieldset>
    <legend>${t("head")}<span class="visually-hidden">. ${t("headsHint")}</span></legend>
    <div class="heads">
      ${Array.from({ length: heads }, (_, index) => {
        const thumbnail = thumbnails?.[index];
        const name =
          thumbnail === undefined
            ? t("headOf", { head: index + 1, heads })
            : t("headName", { head: index + 1, entropy: numbers.fixed(thumbnail.entropy, 2) });
        return html`<label class="head" title=${name}>
          <input
            class="visually-hidden"
            type="radio"
            name="head"
            aria-label=${name}
            .checked=${index === head}
            @change=${() => props.onHead(index)}
          />
          <canvas
            aria-hidden="true"
            width="1"
            height="1"
            ${paint(thumbnail?.grid, dark, thumbnail?.most ?? 1)}
          ></canvas>
          <span aria-hidden="true">${index + 1}</span>
        </label>`;
      })}
    </div>
  </fieldset>`;
}
