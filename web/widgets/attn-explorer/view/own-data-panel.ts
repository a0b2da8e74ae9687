import { html, nothing, type TemplateResult } from "lit";
import type { Translate } from "../../shared/text.js";
import type { Candidate, Choice } from "../data/later-own-data.js";
import type { ExplorerText } from "../text.en.js";

export interface OwnDataPanelProps {
  readonly t: Translate<ExplorerText>;
  readonly found: readonly Candidate[];
  readonly choice: Choice;
  readonly shown: boolean;
  /** What is wrong, as a sentence. */
  readonly problem: string | undefined;
  onFiles(files: readonly File[]): void;
  onChoice(choice: Choice): void;
  onShow(): void;
  onBack(): void;
}

/** Where a reader's own Q, K, V come in: chosen, dropped or pasted. */
export function ownDataPanel(props: OwnDataPanelProps): TemplateResult {
  const { t, found, choice, problem } = props;
  const mark = (event: DragEvent, over: boolean): void => {
    event.preventDefault();
    (event.currentTarget as Element).classList.toggle("over", over);
  };
  const take = (list: FileList | null | undefined): void => {
    if (list && list.length > 0) props.onFiles([...list]);
  };
  return html`<details @paste=${(event: ClipboardEvent) => take(event.clipboardData?.files)}>
    <summary>${t("own")}</summary>
    <div
      class="drop"
      tabindex="-1"
      @dragover=${(event: DragEvent) => mark(event, true)}
      @dragleave=${(event: DragEvent) => mark(event, false)}
      @drop=${(event: DragEvent) => {
        mark(event, false);
        take(event.dataTransfer?.files);
      }}
    >
      <p class="note">${t("ownHint")}</p>
      <label class="file">
        <input
          class="visually-hidden"
          type="file"
          multiple
          accept=".npy,.safetensors"
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement;
            take(input.files);
            input.value = ""; // the same file may be chosen again after it was changed
          }}
        />
        ${t("ownChoose")}
      </label>
      ${found.length > 0 ? pickers(props, choice) : nothing}
      ${problem === undefined ? nothing : html`<p class="warning" role="alert">${problem}</p>`}
      ${props.shown ? html`<button type="button" @click=${() => props.onBack()}>${t("ownBack")}</button>` : nothing}
    </div>
  </details>`;
}

function pickers(props: OwnDataPanelProps, choice: Choice): TemplateResult {
  const { t, found } = props;
  const picker = (role: keyof Choice, label: string, optional: boolean): TemplateResult =>
    html`<label>
      <span class="label">${label}</span>
      <select
        @change=${(event: Event) => {
          const index = (event.target as HTMLSelectElement).value;
          props.onChoice({ ...choice, [role]: index === "" ? undefined : found[Number(index)] });
        }}
      >
        ${
          optional || choice[role] === undefined
            ? html`<option value="" .selected=${choice[role] === undefined}>${t("ownNone")}</option>`
            : nothing
        }
        ${found.map(
          (one, index) => html`<option value=${index} .selected=${one === choice[role]}>${one.label}</option>`,
        )}
      </select>
    </label>`;
  return html`<div class="pickers">
      ${picker("q", t("ownQ"), false)} ${picker("k", t("ownK"), false)} ${picker("v", t("ownV"), true)}
    </div>
    <button type="button" @click=${() => props.onShow()}>${t("ownShow")}</button>`;
}
