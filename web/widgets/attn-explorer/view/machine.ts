import { html, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import { joinSentences, type Translate } from "../../shared/text.js";
import { unbroken } from "../../shared/unbroken.js";
import { fairSize, type Timing } from "../benchmark.js";
import type { ExplorerText } from "../text.en.js";

export interface Measured {
  readonly timing: Timing;
  readonly heads: number;
  readonly n: number;
  readonly d: number;
}

export interface MachineProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly here: Measured | undefined;
  readonly fair: Timing | undefined;
  /** Whether keys stood in for absent values. */
  readonly standIn: boolean;
  /** Share done of the measurement under way. */
  readonly measuring: number | undefined;
  readonly able: boolean;
  onMeasure(): void;
  onCancel(): void;
}

/** A call shorter than this is mostly the way into the kernel and back. */
const overheadBound = 1;

/** What the reader's machine just did, and a fair measurement on request. */
export function machine(props: MachineProps): TemplateResult {
  const { t, here, fair, measuring } = props;
  const shown = fair === undefined ? here : { timing: fair, ...fairSize };
  return html`<div class="machine">
    <p class="note">${shown === undefined ? t("machineWaiting") : sentences(props, shown)}</p>
    ${
      measuring === undefined
        ? html`<button type="button" ?disabled=${!props.able} @click=${() => props.onMeasure()}>
            ${unbroken(t("machineMeasure", fairSize))}
          </button>`
        : html`<progress aria-label=${t("machineMeasuring")} max="1" .value=${measuring}></progress>
            <button type="button" @click=${() => props.onCancel()}>${t("cancel")}</button>`
    }
  </div>`;
}

function sentences({ t, numbers, fair, standIn }: MachineProps, { timing, heads, n, d }: Measured): string {
  const run = t("machineRun", {
    heads,
    n: numbers.whole(n),
    d,
    time: numbers.duration(timing.milliseconds),
    rate: numbers.significant(timing.gigaflops, 3),
    variant: t(timing.variant === "relaxed" ? "variantRelaxed" : "variantSimd"),
    samples: timing.samples,
  });
  return joinSentences(numbers.language, [
    run,
    ...(timing.milliseconds < overheadBound ? [t("machineSmall")] : []),
    ...(fair === undefined && standIn ? [t("machineStandIn")] : []),
    ...(timing.disturbed ? [t("machineDisturbed")] : []),
  ]);
}
