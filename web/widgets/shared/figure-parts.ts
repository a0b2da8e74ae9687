import { html, nothing, type TemplateResult } from "lit";
import type { Numbers } from "./format.js";
import type { TextTable, Translate } from "./text.js";
import { unbroken } from "./unbroken.js";

/** What every picture of a figure is drawn with. */
export interface PictureProps<T extends TextTable> {
  readonly t: Translate<T>;
  readonly numbers: Numbers;
  /** Room for it. */
  readonly width: number;
}

/** What every view of a figure is given. */
export interface ViewProps<T extends TextTable> extends PictureProps<T> {
  /** Whether the numbers are shown as well. */
  readonly table: boolean;
}

/** The same with the sentence that stands below the picture. */
export interface CaptionedProps<T extends TextTable> extends ViewProps<T> {
  readonly caption: string;
}

export const captionBelow = (caption: string): TemplateResult =>
  html`<p class="caption" part="caption">${unbroken(caption)}</p>`;

/** Width of one of two pictures; they lie below one another where it would be too narrow. */
export const halfOf = (width: number): number => (width < 656 ? width : Math.floor((width - 16) / 2));

/** How far a computation is, with a way out; nothing once it is done. */
export function progress(
  t: (key: "computing" | "cancel") => string,
  share: number | undefined,
  onCancel: () => void,
): unknown {
  if (share === undefined) return nothing;
  return html`<p class="progress">
    <progress aria-label=${t("computing")} max="1" .value=${share}></progress>
    <button type="button" @click=${onCancel}>${t("cancel")}</button>
  </p>`;
}
