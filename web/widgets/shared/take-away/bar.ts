import { html, nothing, type TemplateResult } from "lit";
import type { Language } from "../language.js";
import { translator, type Translate } from "../text.js";
import type { Notice, TakeAway } from "./take-away.js";
import { en, zh } from "./text.js";

export type FileKind = "png" | "svg" | "csv";

export interface TakeAwayBarProps {
  readonly language: Language;
  readonly taken: TakeAway;
  /** Whether there are numbers to take. */
  readonly ready: boolean;
  /** Whether another page can show the same. */
  readonly shareable: boolean;
  /** Whether the tables behind the pictures are shown; undefined where the picture is a table. */
  readonly table?: boolean;
  readonly embedCode: () => string;
  readonly code: () => string;
  readonly permalink: () => string;
  onSave(kind: FileKind): void;
  onTable?(table: boolean): void;
}

const files = [
  ["png", "downloadPng"],
  ["svg", "downloadSvg"],
  ["csv", "downloadCsv"],
] as const;

function noticeText(t: Translate<typeof en>, notice: Notice | undefined): string | typeof nothing {
  if (notice === undefined) return nothing;
  return typeof notice === "string" ? t(notice) : t("downloadFailed", { reason: notice.failed });
}

/** Copy, download, show as numbers. */
export function takeAwayBar(props: TakeAwayBarProps): TemplateResult {
  const { language, taken, ready, shareable, table } = props;
  const t = translator({ en, zh }, language);
  // Until then it has its place, and no face: nothing on the page moves when the first picture comes.
  taken.offered ||= ready;
  const copy = (text: () => string) => (): void => void taken.copy(text());
  return html`<div class=${taken.offered ? "take" : "take waiting"} role="group" aria-label=${t("take")}>
      <button type="button" ?disabled=${!shareable} @click=${copy(props.embedCode)}>${t("copyEmbed")}</button>
      <button type="button" ?disabled=${!ready} @click=${copy(props.code)}>${t("copyCode")}</button>
      <button type="button" ?disabled=${!shareable} @click=${copy(props.permalink)}>${t("copyLink")}</button>
      ${files.map(
        ([kind, key]) =>
          html`<button
            type="button"
            ?disabled=${!ready}
            aria-label=${t("download", { what: t(key) })}
            @click=${() => props.onSave(kind)}
          >
            <span aria-hidden="true">↓</span> ${t(key)}
          </button>`,
      )}
      ${
        table === undefined
          ? nothing
          : html`<label class="switch">
              <input
                type="checkbox"
                .checked=${table}
                @change=${(event: Event) => props.onTable?.((event.target as HTMLInputElement).checked)}
              />
              ${t("table")}
            </label>`
      }
      <span class="note" role="status">${noticeText(t, taken.notice)}</span>
    </div>
    ${
      taken.byHand === undefined
        ? nothing
        : html`<textarea class="copy-text" readonly aria-label=${t("copyFailed")} .value=${taken.byHand}></textarea>`
    }`;
}
