import { html, type TemplateResult } from "lit";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import type { Row } from "../analysis.js";
import type { ScaleName } from "../schema.js";
import type { ExplorerText } from "../text.en.js";

export interface InspectorProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  /** Tokens, where the data have them. */
  readonly query: string | undefined;
  readonly queryIndex: number;
  readonly key: string | undefined;
  readonly keyIndex: number;
  readonly row: Row;
  readonly scale: ScaleName;
  readonly d: number;
}

/** How one weight comes about: q·k, times the scale, exponential, over the row's sum; with the numbers of this entry. */
export function inspector(props: InspectorProps): TemplateResult {
  const { t, query, key, queryIndex, keyIndex, row } = props;
  const places = { position: queryIndex + 1, place: keyIndex + 1 };
  const entry =
    query === undefined || key === undefined
      ? t("inspectorEntryPlain", places)
      : t("inspectorEntry", { query, key, ...places });
  return html`<div class="inspector">
    <p class="label">${t("inspector")}</p>
    <p class="entry">${entry}</p>
    ${keyIndex < row.visible ? formulas(props) : html`<p class="note">${t("inspectorHidden")}</p>`}
  </div>`;
}

function formulas({ t, numbers, keyIndex, row, scale, d }: InspectorProps): TemplateResult {
  const product = row.products[keyIndex] ?? Number.NaN;
  const logit = row.factor * product;
  const weight = row.weights[keyIndex] ?? Number.NaN;
  const n = (value: number): string => numbers.significant(value, 3);
  // Each line is cut before its numbers, so that it can wrap on a narrow screen.
  return html`<p class="formula">
      <span class="label">${t("inspectorLogit")}</span>
      <math> <mi>s</mi><mo>=</mo><mi>λ</mi><mspace width="0.2em"></mspace><mi>q</mi><mo>·</mo><mi>k</mi> </math>
      <math>
        <mo>=</mo><mn>${n(row.factor)}</mn><mo>×</mo><mn>${product < 0 ? `(${n(product)})` : n(product)}</mn>
      </math>
      <math><mo>=</mo><mn>${n(logit)}</mn></math>
    </p>
    <p class="formula">
      <span class="label">${t("inspectorWeight")}</span>
      <math>
        <mi>a</mi><mo>=</mo>
        <mfrac>
          <msup><mi>e</mi><mi>s</mi></msup>
          <mrow>
            <msub><mo>∑</mo><mi>j</mi></msub
            ><msup
              ><mi>e</mi><msub><mi>s</mi><mi>j</mi></msub></msup
            >
          </mrow>
        </mfrac>
      </math>
      <math>
        <mo>=</mo>
        <mfrac>
          <msup><mi>e</mi><mn>${n(logit)}</mn></msup>
          <mn>${sumText(numbers, row)}</mn>
        </mfrac>
      </math>
      <math><mo>=</mo><mn class="result">${numbers.percent(weight)}</mn></math>
    </p>
    ${scale === "entropy" ? html`<p class="note">${t("inspectorFactor", { n: row.visible, d })}</p>` : ""}`;
}

/** The row's sum of exponentials; as a power of e where the number itself would overflow. */
function sumText(numbers: Numbers, row: Row): string {
  const log = logSum(row);
  return log < 700 ? numbers.significant(Math.exp(log), 3) : `e^${numbers.fixed(log, 1)}`;
}

/** ln of the sum of e^(factor q.k), the maximum taken out first. */
export function logSum({ products, factor }: Pick<Row, "products" | "factor">): number {
  const logits = Array.from(products, (product) => factor * product);
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
}
