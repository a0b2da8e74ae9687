import type { Lab } from "../../package/index.js";
import type { Language } from "../shared/language.js";
import type { Numbers } from "../shared/format.js";
import type { Translate } from "../shared/text.js";
import { meanEntropy, strongest, type Analysis, type Row } from "./analysis.js";
import { captionOf } from "./caption.js";
import type { Computation, Wanted } from "./controllers/computation.js";
import type { CrossoverMeasurement } from "./controllers/crossover.js";
import type { Measurement } from "./controllers/measurement.js";
import type { OwnData } from "./controllers/own-data.js";
import type { ShippedData } from "./controllers/shipped-data.js";
import { tokenAt, type AttentionData } from "./data/attention-data.js";
import type { ExplorerState } from "./schema.js";
import type { ExplorerText } from "./text.en.js";

/**
 * Everything the pictures show of a query, once it is there; indices count from 0. While a worker computes, this lags behind
 * the controls, but its parts always belong together.
 */
export interface View extends Wanted {
  readonly analysis: Analysis;
  readonly row: Row;
  readonly query: number;
  readonly column: number;
}

/** What the views are drawn from, and how they answer the reader; indices count from 0. */
export interface Scene {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  readonly language: Language;
  readonly dark: boolean;
  readonly state: ExplorerState;
  readonly lab: Lab | undefined;
  /** A reader's own data where they are shown, else the layer of the shipped text. */
  readonly data: AttentionData | undefined;
  readonly head: number;
  /** The chosen query, and the one in view: that under the pointer, if there is one. */
  readonly chosen: number;
  readonly query: number;
  /** What is shown of the query in view. */
  readonly shown: View | undefined;
  readonly widths: Readonly<Record<"stage" | "side", number>>;
  readonly shipped: ShippedData;
  readonly own: OwnData;
  readonly computation: Computation;
  readonly measurement: Measurement;
  readonly crossover: CrossoverMeasurement;
  readonly onState: (change: Partial<ExplorerState>) => void;
  /** The pointer is on a query, or on none. */
  readonly onHover: (query: number | undefined) => void;
  readonly onChoose: (query: number) => void;
  readonly onReset: () => void;
}

/** The state in words; see caption.ts. */
export function captionFor(t: Translate<ExplorerText>, numbers: Numbers, view: View): string {
  return captionOf(t, numbers, { ...view, head: view.head + 1, strongest: strongest(view.row.weights) });
}

/** What the page is told about what is shown. */
export function detailOf(view: View): Record<string, unknown> {
  const { lab, data, head, scale, causal, analysis, row, query, column } = view;
  const mean = meanEntropy(analysis.entropy[scale]);
  return {
    n: data.nK,
    d: data.d,
    layer: data.layer,
    head: head + 1,
    query: query + 1,
    key: column + 1,
    token: tokenAt(data.queryTokens, query),
    scale,
    causal,
    scaleValue: row.factor,
    weight: row.weights[column],
    rowEntropy: analysis.entropy[scale][query],
    meanEntropy: mean,
    effective: Math.exp(mean),
    variant: lab.variant,
  };
}
