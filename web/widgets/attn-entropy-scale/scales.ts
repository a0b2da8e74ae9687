import type { ScaleFormula } from "../../package/index.js";

/** The five scales, in the order of the tables. */
export const scaleNames = ["sqrt", "log512", "kappa", "steep", "log"] as const;
export type ScaleName = (typeof scaleNames)[number];

/** The slope of the article's estimate: H ~ ln n - 0.24 lambda d. */
export const articleSlope = 0.24;

/** Options of attention for each; all but "sqrt" take the keys that a query sees as n. */
export const scalesFor = (kappa: number): Readonly<Record<ScaleName, ScaleFormula>> => ({
  sqrt: { kind: "sqrt" },
  log512: { kind: "entropy" },
  kappa: { kind: "entropy", kappa },
  steep: { kind: "entropy", kappa: 1 / articleSlope },
  log: { kind: "log" },
});

/** How a scale is written. */
export const formulas: Readonly<Record<ScaleName, string>> = {
  sqrt: "1/√d",
  log512: "log₅₁₂ n/√d",
  kappa: "κ ln n/d",
  steep: "ln n/(0.24 d)",
  log: "ln n/√d",
};
