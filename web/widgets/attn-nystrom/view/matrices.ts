import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { joinSentences } from "../../shared/text.js";
import { coloredCells, largest, trio, type Pointing } from "../../shared/matrices/trio.js";
import type { Matrices } from "../matrices.js";
import type { SourceName } from "../schema.js";
import { tokenCount } from "../problem.js";
import { captionBelow } from "../../shared/figure-parts.js";
import type { ViewProps } from "./parts.js";
import { matrixTable } from "./tables.js";

export interface MatricesViewProps extends ViewProps, Pointing {
  /** What the landmarks are means of. */
  readonly from: SourceName;
}

/** Exact, approximated, their difference; the three factors; the ruler. */
export function matricesView(props: MatricesViewProps, matrices: Matrices): TemplateResult {
  const { t, numbers, caption, pointed, onPoint, dark, from } = props;
  const { exact, nystrom, rounds } = matrices;
  return html`${trio({
      ...{ dark, pointed, onPoint },
      source: matrices,
      label: t("matricesLabel"),
      matrices: [exact, nystrom],
      labels: [t("exact"), t("nystrom"), t("difference")],
      note: readout(),
    })}
    <figure>
      <figcaption>${t("factorsTitle")}</figcaption>
      ${factors(props, matrices)}
    </figure>
    ${captionBelow(caption, props.under)}
    ${rounds === undefined ? nothing : html`<p class="note">${t("roundsNote", { queries: rounds[0], keys: rounds[1] })}</p>`}
    ${matrixTable(t, numbers, matrices, from)}`;

  function readout(): string {
    if (pointed === undefined) return joinSentences(numbers.language, [t("differenceScale"), t("readoutNone")]);
    const at = pointed.row * tokenCount + pointed.column;
    return t("readout", {
      row: pointed.row + 1,
      column: pointed.column + 1,
      exact: numbers.significant(exact.values[at] ?? Number.NaN, 3),
      nystrom: numbers.significant(nystrom.values[at] ?? Number.NaN, 3),
    });
  }
}

/** F, M over A, and B beside each other, in the proportions of their sizes as far as they can be seen. */
function factors(props: MatricesViewProps, matrices: Matrices): TemplateResult {
  const { t, width, dark, pointed } = props;
  const { queryFactor, between, middle, keyFactor } = matrices;
  const [gap, top] = [16, 20];
  const whole = Math.floor((width - 2 * gap) / 3);
  const narrow = Math.round(whole * Math.max(0.3, middle.rows / tokenCount));
  const places = {
    F: { left: 0, top, width: narrow, height: whole },
    M: { left: narrow + gap, top, width: narrow, height: narrow },
    A: { left: narrow + gap, top: top + narrow + gap + 10, width: narrow, height: narrow },
    B: { left: 2 * (narrow + gap), top, width: whole, height: narrow },
  } as const;
  const all = [
    ["F", queryFactor, false],
    ["M", middle, true],
    ["A", between, false],
    ["B", keyFactor, false],
  ] as const;
  const cell = whole / tokenCount;
  const height = Math.max(top + whole, places.A.top + narrow) + 1;
  return html`<svg
    class="plane factors"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label=${t("factorsLabel")}
    data-name=${t("factorsTitle")}
  >
    ${all.map(([name, matrix, signed]) => {
      const place = places[name];
      return svg`<text x=${place.left} y=${place.top - 7}>${name}</text>
        ${guard([matrices, dark, name, width], () => coloredCells(matrix, largest(matrix), signed, dark, place))}
        <rect class="frame" x=${place.left} y=${place.top} width=${place.width} height=${place.height}></rect>`;
    })}
    ${
      pointed === undefined
        ? nothing
        : svg`<rect class="cross" x="0" y=${top + pointed.row * cell} width=${narrow} height=${cell}></rect>
          <rect class="cross" x=${places.B.left + pointed.column * cell} y=${top} width=${cell} height=${narrow}></rect>`
    }
  </svg>`;
}
