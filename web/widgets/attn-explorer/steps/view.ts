import { html, nothing, type TemplateResult } from "lit";
import { dataTable } from "../../shared/charts/data-table.js";
import { captionBelow, isNarrow } from "../../shared/figure-parts.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import { tokenAt } from "../data/attention-data.js";
import type { StepsText } from "./texts.js";
import { valueOf } from "../view/controls.js";
import { stepsChart } from "./chart.js";
import { sharpnesses, tileSizes } from "./schema.js";
import type { Steps, StepsOptions } from "./steps.js";

export interface StepsViewProps {
  readonly t: Translate<StepsText>;
  readonly numbers: Numbers;
  readonly steps: Steps | undefined;
  readonly options: StepsOptions;
  readonly keyTokens: readonly string[] | undefined;
  readonly width: number;
  /** What to say while there is nothing to draw. */
  readonly waiting: string;
  readonly caption: string;
  readonly table: boolean;
  onChange(change: Partial<StepsOptions>): void;
}

const checked = (event: Event): boolean => (event.target as HTMLInputElement).checked;

/** "Online softmax, step by step": one row of logits, taken up tile by tile. */
export function stepsView(props: StepsViewProps): TemplateResult {
  const { t, numbers, steps, keyTokens, width, caption, table } = props;
  const narrow = isNarrow(width);
  return html`<div class="steps">
    ${narrow ? nothing : stepsControls(props)}
    <figure part="steps">
      ${steps === undefined ? html`<p class="waiting">${props.waiting}</p>` : stepsChart({ t, numbers, steps, width, keyTokens, summary: caption })}
      <figcaption class="keys">
        <span
          ><svg viewBox="0 0 26 8" aria-hidden="true"><path class="line maximum" d="M1 4H25"></path></svg
          >${t("stepsKeyMaximum")}</span
        >
        <span
          ><svg viewBox="0 0 26 8" aria-hidden="true"><rect class="weight" x="4" width="18" height="8"></rect></svg
          >${t("stepsKeyWeight")}</span
        >
        <span
          ><svg viewBox="0 0 26 8" aria-hidden="true"><path class="truth" d="M1 4H25"></path></svg
          >${t("stepsKeyExact")}</span
        >
      </figcaption>
    </figure>
    ${captionBelow(caption, narrow ? stepsControls(props) : nothing)}
    ${table && steps !== undefined ? html`<div class="tables">${tileTable(props, steps)} ${keyTable(props, steps)}</div>` : nothing}
  </div>`;
}

function stepsControls(props: StepsViewProps): TemplateResult {
  const { t, options, steps } = props;
  const tiles = steps?.tiles ?? 1;
  const step = steps?.step ?? 1;
  const power = Math.log2(options.sharpness);
  return html`<div class="controls">
    <label class="slider">
      <span class="label">${t("stepsStep")} <strong>${t("stepsStepOf", { step, tiles })}</strong></span>
      <input
        type="range"
        min="1"
        max=${tiles}
        .value=${String(step)}
        aria-valuetext=${t("stepsStepOf", { step, tiles })}
        @input=${(event: Event) => props.onChange({ step: Number(valueOf(event)) })}
      />
    </label>
    <label>
      <span class="label">${t("stepsTile")}</span>
      <select @change=${(event: Event) => props.onChange({ tile: Number(valueOf(event)), step: 0 })}>
        ${tileSizes.map((size) => html`<option value=${size} .selected=${size === options.tile}>${size}</option>`)}
      </select>
    </label>
    <label class="slider">
      <span class="label">${t("stepsSharpness")} <strong>×${options.sharpness}</strong></span>
      <input
        type="range"
        min="0"
        max=${sharpnesses.length - 1}
        .value=${String(power)}
        aria-valuetext="×${options.sharpness}"
        @input=${(event: Event) => props.onChange({ sharpness: 2 ** Number(valueOf(event)) })}
      />
    </label>
    <div class="switches">
      <label class="switch">
        <input
          type="checkbox"
          name="forget"
          .checked=${options.forget}
          @change=${(event: Event) => props.onChange({ forget: checked(event) })}
        />
        ${t("stepsForget")}
      </label>
      <label class="switch">
        <input
          type="checkbox"
          name="raw"
          .checked=${options.raw}
          @change=${(event: Event) => props.onChange({ raw: checked(event) })}
        />
        ${t("stepsRaw")}
      </label>
    </div>
  </div>`;
}

function tileTable({ t, numbers }: StepsViewProps, { tiles, step, maximum, denominator }: Steps): TemplateResult {
  return dataTable({
    caption: t("stepsTableTiles"),
    columns: [t("stepsStep"), "m", "l"],
    current: step - 1,
    rows: Array.from({ length: tiles }, (_, index) => [
      String(index + 1),
      numbers.fixed(maximum[index] ?? Number.NaN, 3),
      numbers.significant(denominator[index] ?? Number.NaN, 5),
    ]),
  });
}

function keyTable({ t, numbers, keyTokens }: StepsViewProps, { logits, weights, exact, seen }: Steps): TemplateResult {
  return dataTable({
    caption: t("stepsTableKeys"),
    columns: [t("tableKey"), t("tableLogit"), t("tableWeight"), t("stepsExact")],
    rows: Array.from({ length: seen }, (_, j) => [
      `${j + 1} ${tokenAt(keyTokens, j)}`,
      numbers.fixed(logits[j] ?? Number.NaN, 3),
      numbers.significant(weights[j] ?? Number.NaN, 6),
      numbers.significant(exact[j] ?? Number.NaN, 6),
    ]),
  });
}
