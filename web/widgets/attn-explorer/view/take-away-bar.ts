import { html, nothing, type TemplateResult } from "lit";
import type { Translate } from "../../shared/text.js";
import type { ExplorerText } from "../text.en.js";

export type FileKind = "png" | "svg" | "csv";

export interface TakeAwayBarProps {
  readonly t: Translate<ExplorerText>;
  /** Whether there are numbers to take. */
  readonly ready: boolean;
  /** Whether another page can show the same. */
  readonly shareable: boolean;
  readonly table: boolean;
  readonly notice: string | undefined;
  /** Text to copy by hand. */
  readonly byHand: string | undefined;
  onEmbedCode(): void;
  onRowCode(): void;
  onPermalink(): void;
  onSave(kind: FileKind): void;
  onTable(table: boolean): void;
}

const files = [
  ["png", "downloadPng"],
  ["svg", "downloadSvg"],
  ["csv", "downloadCsv"],
] as const;

/** Copy, download, show as numbers. */
export function takeAwayBar(props: TakeAwayBarProps): TemplateResult {
  const { t, ready, shareable, table, notice, byHand } = props;
  return html`<div class="take" role="group" aria-label=${t("take")}>
      <button type="button" ?disabled=${!shareable} @click=${() => props.onEmbedCode()}>${t("copyEmbed")}</button>
      <button type="button" ?disabled=${!ready} @click=${() => props.onRowCode()}>${t("copyCode")}</button>
      <button type="button" ?disabled=${!shareable} @click=${() => props.onPermalink()}>${t("copyLink")}</button>
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
      <label class="switch">
        <input
          type="checkbox"
          .checked=${table}
          @change=${(event: Event) => props.onTable((event.target as HTMLInputElement).checked)}
        />
        ${t("table")}
      </label>
      <span class="note" role="status">${notice ?? nothing}</span>
    </div>
    ${
      byHand === undefined
        ? nothing
        : html`<textarea class="copy-text" readonly aria-label=${t("copyFailed")} .value=${byHand}></textarea>`
    }`;
}
