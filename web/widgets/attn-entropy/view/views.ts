import { html, nothing, type TemplateResult } from "lit";
import type { Lab } from "../../../package/index.js";
import { keys } from "../../shared/controls.js";
import { captionBelow, type CaptionedProps } from "../../shared/figure-parts.js";
import { effective, failureText, ruleText } from "../caption.js";
import { rowOf, vocabulary, type Rule, type SamplingOptions } from "../sampling.js";
import type { StartName } from "../schema.js";
import type { Solution } from "../solve.js";
import type { EntropyText } from "../text.en.js";
import { barsChart } from "./bars.js";
import { startLabels } from "./controls.js";
import { curveChart, isBounded } from "./curve.js";
import { stepsChart } from "./steps-chart.js";
import { entriesTable, stepsTable, traceTable } from "./tables.js";
import { labeled } from "../../shared/text.js";

export interface ViewProps extends CaptionedProps<EntropyText> {
  readonly lab: Lab;
  readonly onTarget: (entropy: number) => void;
}

/** The key to entropies that cannot be had, where there are some in sight. */
const neverKey = (t: ViewProps["t"], solution: Solution): (readonly [kind: string, label: string])[] =>
  isBounded(solution) ? [["after never", t("never")]] : [];

/** Width of one of so many pictures side by side; they lie below one another where it would be too narrow. */
const beside = (width: number, count: number, gap: number, least: number): number => {
  const columns = Math.max(1, Math.min(count, Math.floor((width + gap) / (least + gap))));
  return Math.floor((width - gap * (columns - 1)) / columns);
};

/** p and its power, and where the power lies on the curve of entropies. */
export function transformView(props: ViewProps, solution: Solution): TemplateResult {
  const { t, numbers, lab, caption, table, onTarget } = props;
  const width = beside(props.width, 2, 16, 320);
  return html`<div class="pair">
      ${barsChart({ t, numbers, width, height: 260, before: solution.p, after: solution.robust.output, kind: "robust", summary: caption, name: t("entries") })}
      ${curveChart({ t, numbers, lab, solution, width, height: 260, round: undefined, summary: t("curve"), onTarget })}
    </div>
    ${keys([
      ["before", t("before")],
      ["after robust", t("after")],
      ["line curve", t("curve")],
      ["line target", t("targetLine")],
      ...neverKey(t, solution),
    ])}
    ${captionBelow(caption, props.under)} ${table ? entriesTable(t, numbers, solution) : nothing}`;
}

/** The curve with both solvers' ways, and every round in numbers. */
export function solverView(props: ViewProps, solution: Solution, round: number): TemplateResult {
  const { t, numbers, lab, width, caption, onTarget } = props;
  return html`${curveChart({ t, numbers, lab, solution, width, height: Math.min(380, 140 + width / 3), round, summary: caption, onTarget })}
  ${keys([
    ["line curve", t("curve")],
    ["line target", t("targetLine")],
    ["line article", t("articleSteps")],
    ["dot robust", t("robustSteps")],
    ...neverKey(t, solution),
  ])}
  ${captionBelow(caption, props.under)} ${traceTable(t, numbers, solution, round, width < 420 ? 4 : 7)}
  ${props.table ? entriesTable(t, numbers, solution) : nothing}`;
}

/** What the article's iteration makes of the distributions that it fails on. */
export function failuresView(
  props: ViewProps,
  solutions: readonly Solution[],
  onOpen: (start: StartName) => void,
): TemplateResult {
  const { t, numbers, caption } = props;
  const width = beside(props.width, 2, 24, 304);
  return html`${captionBelow(caption)}
    ${keys([
      ["before", t("before")],
      ["after article", t("articleResult")],
      ["after robust", t("robustResult")],
    ])}
    <ul class="cards two">
      ${solutions.map((solution) => {
        const { start, target, p, article, robust } = solution;
        const name = t("failureName", { start: t(startLabels[start]), target: numbers.fixed(target, 2) });
        const bars = { t, numbers, width, height: 120, before: p, axes: false };
        return html`<li>
          <p class="name">${name}</p>
          ${barsChart({ ...bars, after: article.output, kind: "article", summary: labeled(numbers.language, name, t("articleResult")), name: labeled(numbers.language, name, t("articleResult")) })}
          ${barsChart({ ...bars, after: robust.output, kind: "robust", summary: labeled(numbers.language, name, t("robustResult")), name: labeled(numbers.language, name, t("robustResult")) })}
          <p>${failureText(t, numbers, solution)}</p>
          <button type="button" @click=${() => onOpen(start)}>${t("failureOpen")}</button>
        </li>`;
      })}
    </ul>
    ${props.table ? solutions.map((solution) => traceTable(t, numbers, solution, 0, 7, t(startLabels[solution.start]))) : nothing}`;
}

/** How many of the likeliest tokens are drawn as bars. */
const barsShown = 24;

/** Entropy over the text under five rules, and what each makes of one step. */
export function samplingView(
  props: ViewProps,
  rules: readonly Rule[],
  step: number,
  options: SamplingOptions,
  onStep: (step: number) => void,
): TemplateResult {
  const { t, numbers, width, caption, table } = props;
  const raw = rules[0];
  if (raw === undefined) return html``;
  const before = rowOf(raw.probabilities, step - 1).slice(0, barsShown);
  const each = beside(width, 3, 24, 280);
  return html`${stepsChart({ t, numbers, rules, width, step, summary: caption, name: t("tableSteps"), onStep })}
    ${keys(rules.map(({ name }) => [`line ${name}`, ruleText(t, numbers, name, options)]))}
    ${captionBelow(caption, props.under)}
    <ul class="cards">
      ${rules.map(({ name, probabilities, entropy, kept, drawn }) => {
        const title = ruleText(t, numbers, name, options);
        const height = entropy[step - 1] ?? Number.NaN;
        const figures = t("ruleFigures", {
          entropy: numbers.fixed(height, 2),
          effective: effective(numbers, height),
          kept: kept[step - 1] ?? 0,
          drawn: drawn[step - 1] ?? 0,
        });
        return html`<li>
          <p class="name">${title}</p>
          ${barsChart({ t, numbers, width: each, height: 96, before, after: rowOf(probabilities, step - 1).slice(0, barsShown), kind: name === "entropy" ? "entropy" : "article", summary: labeled(numbers.language, title, t("ruleTokens")), name: title, axes: false })}
          <p>${figures}</p>
        </li>`;
      })}
    </ul>
    <p class="note">${t("sampleNote", { vocabulary: numbers.whole(vocabulary), seed: options.seed })}</p>
    ${table ? stepsTable(t, numbers, rules, step, options) : nothing}`;
}
