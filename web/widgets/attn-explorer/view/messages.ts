import { html, nothing, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import type { Problem } from "../problem.js";
import type { ExplorerText } from "../text.en.js";

export interface MessagesProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly busy: { readonly rows: number; readonly columns: number; readonly share: number } | undefined;
  /** Layer being fetched. */
  readonly fetching: number | undefined;
  readonly problems: readonly Problem[];
  readonly onCancel: () => void;
}

/** What is under way, with a way out, and what went wrong. */
export function messages({ t, numbers, busy, fetching, problems, onCancel }: MessagesProps): TemplateResult {
  return html`${busy === undefined ? nothing : progress(t, numbers, busy, onCancel)}
  ${fetching === undefined ? nothing : html`<p class="note" role="status">${t("layerLoading", { layer: fetching })}</p>`}
  ${problems.map((problem) => html`<p class="warning" role="alert">${problem(t)}</p>`)}`;
}

function progress(
  t: Translate<ExplorerText>,
  numbers: Numbers,
  busy: NonNullable<MessagesProps["busy"]>,
  onCancel: () => void,
): TemplateResult {
  const text = workingText(t, numbers, busy);
  return html`<div class="busy">
    <p>${text}</p>
    <progress aria-label=${text} max="1" .value=${busy.share}></progress>
    <button type="button" @click=${onCancel}>${t("cancel")}</button>
  </div>`;
}

export const workingText = (
  t: Translate<ExplorerText>,
  numbers: Numbers,
  { rows, columns }: NonNullable<MessagesProps["busy"]>,
): string => t("working", { rows: numbers.whole(rows), columns: numbers.whole(columns) });
