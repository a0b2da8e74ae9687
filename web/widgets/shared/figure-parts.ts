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
  /** What stands right below the main picture, if anything: see {@link isNarrow}. */
  readonly under: unknown;
}

/** The same with the sentence that stands below the picture. */
export interface CaptionedProps<T extends TextTable> extends ViewProps<T> {
  readonly caption: string;
}

/** The caption, and before it what stands right below the picture. */
export const captionBelow = (caption: string, under: unknown = nothing): TemplateResult =>
  html`${under}
    <p class="caption" part="caption">${unbroken(caption)}</p>`;

/**
 * Whether there is so little room that controls, which take many rows there, stand below the main picture: above it they
 * would push it out of a phone's first screen. They stand there in the document, too: what is seen, read and focused first is
 * the same at every width.
 */
export const isNarrow = (width: number): boolean => width < 480;

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
